import { AppError } from '@vibecode/platform/errors';
import { isText } from '@vibecode/platform/files/unified.diff';
import type { ServiceClient } from '@vibecode/platform/service-call';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { z } from 'zod';
import type { Change } from './answer/answer.reduction.ts';
import type { StoredMatch } from './generation.outcome.ts';

const project = z.object({
  projectId: z.uuid(),
  language: z.string().nullish(),
  framework: z.string().nullish(),
  headVersion: z.int().nonnegative(),
});
const version = z.object({
  versionId: z.string(),
  number: z.int().positive(),
  files: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.int().nonnegative() })),
  leftAlone: z.array(z.string()).default([]),
});

const snapshot = z.object({
  language: z.string().nullish(),
  framework: z.string().nullish(),
  files: z.array(z.object({ path: z.string(), contentBase64: z.string() })),
  lockedPaths: z.array(z.string()).default([]),
});

type AuthorizedProject = z.infer<typeof project>;
type AppliedVersion = z.infer<typeof version>;

interface ProjectFile {
  readonly path: string;
  readonly content: string;
}

/** The newest version of a project, as a prompt is built on it. */
export interface ProjectSnapshot {
  readonly language: string | null;
  readonly framework: string | null;
  /** The text files, in path order. */
  readonly files: readonly ProjectFile[];
  /** Files that no generation changes, and folders with all that is in them. */
  readonly lockedPaths: readonly string[];
}

interface Changeset {
  readonly projectId: string;
  readonly generationId: string;
  /** The same key never makes a second version. */
  readonly idempotencyKey: string;
  readonly message: string;
  readonly changes: readonly Change[];
  /** Whether files that have changed since are merged. */
  readonly merge: boolean;
  readonly model: string;
  readonly provider: string;
  readonly promptSha256: string;
  readonly templates: readonly StoredMatch[];
}

/** What this service asks of project, for the user that each call names. */
export interface ProjectClient {
  /** @throws AppError NOT_FOUND when there is no such project, or the user may not change it */
  authorize(userId: string, projectId: string): Promise<AuthorizedProject>;
  /**
   * The newest version.
   *
   * @throws AppError NOT_FOUND when the project does not exist, or the user may not see it
   */
  readSnapshot(userId: string, projectId: string, signal: AbortSignal): Promise<ProjectSnapshot>;
  /** All changes but those of locked paths, or none, as one version; the same key never makes a second one. */
  applyChangeset(userId: string, changeset: Changeset): Promise<AppliedVersion>;
}

export function createProjectClient(calls: ServiceClient): ProjectClient {
  const readSnapshot: ProjectClient['readSnapshot'] = async (userId, projectId, signal) => {
    const { language, framework, files, lockedPaths } = await calls.call('project', 'projects/snapshot', {
      userId,
      body: { projectId },
      result: snapshot,
      signal,
    });
    return {
      language: language ?? null,
      framework: framework ?? null,
      files: files.flatMap(({ path, contentBase64 }) => {
        const content = Buffer.from(contentBase64, 'base64');
        return isText(content) ? [{ path, content: content.toString() }] : [];
      }),
      lockedPaths,
    };
  };
  return {
    authorize: (userId, projectId) =>
      calls.call('project', 'projects/authorize', { userId, body: { projectId, need: 'EDITOR' }, result: project }),
    readSnapshot,
    applyChangeset: (
      userId,
      { projectId, generationId, idempotencyKey, message, changes, merge, templates, ...made },
    ) =>
      // The answer is there and paid for: a project service that restarts must not cost it. The key makes repeating safe.
      whileUnavailable.execute(() =>
        calls.call('project', 'projects/changesets', {
          userId,
          body: {
            projectId,
            message,
            changes,
            merge,
            idempotencyKey,
            provenance: {
              generationId,
              ...made,
              templates: templates.map(({ templateId, score }) => ({ id: templateId, score })),
            },
          },
          result: version,
          timeoutMs: 30_000,
        }),
      ),
  };
}

const whileUnavailable = retry(
  handleWhen((error) => error instanceof AppError && ['SERVICE_UNAVAILABLE', 'PROJECT_BUSY'].includes(error.code)),
  { maxAttempts: 8, backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 }) },
);

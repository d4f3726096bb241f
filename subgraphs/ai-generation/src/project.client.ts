import { isUtf8 } from 'node:buffer';
import { AppError } from '@vibecode/platform/errors';
import type { ServiceClient } from '@vibecode/platform/service-call';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { z } from 'zod';
import type { Change } from './answer/answer.reduction.ts';
import type { StoredMatch } from './generation.entity.ts';

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
});

const snapshot = z.object({
  language: z.string().nullish(),
  framework: z.string().nullish(),
  files: z.array(z.object({ path: z.string(), contentBase64: z.string() })),
});

type AuthorizedProject = z.infer<typeof project>;
type AppliedVersion = z.infer<typeof version>;

export interface ProjectFile {
  readonly path: string;
  readonly content: string;
}

interface ProjectSnapshot {
  readonly language: string | null;
  readonly framework: string | null;
  /** The text files, in path order. */
  readonly files: ProjectFile[];
}

interface Changeset {
  readonly projectId: string;
  readonly generationId: string;
  readonly message: string;
  readonly changes: readonly Change[];
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
   * @throws AppError NOT_FOUND when there is no such project, or the user may not see it
   */
  readSnapshot(userId: string, projectId: string, signal: AbortSignal): Promise<ProjectSnapshot>;
  /** The text files of the newest version, in path order. */
  readFiles(userId: string, projectId: string, signal: AbortSignal): Promise<ProjectFile[]>;
  /** All changes or none, as one version; the same generation never makes a second one. */
  applyChangeset(userId: string, changeset: Changeset): Promise<AppliedVersion>;
}

export function createProjectClient(calls: ServiceClient): ProjectClient {
  const readSnapshot: ProjectClient['readSnapshot'] = async (userId, projectId, signal) => {
    const { language, framework, files } = await calls.call('project', 'projects/snapshot', {
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
        return isUtf8(content) && !content.includes(0) ? [{ path, content: content.toString() }] : [];
      }),
    };
  };
  return {
    authorize: (userId, projectId) =>
      calls.call('project', 'projects/authorize', { userId, body: { projectId, need: 'EDITOR' }, result: project }),
    readSnapshot,
    readFiles: async (userId, projectId, signal) => (await readSnapshot(userId, projectId, signal)).files,
    applyChangeset: (userId, { projectId, generationId, message, changes, templates, ...made }) =>
      // The answer is there and paid for: a project service that restarts must not cost it. The key makes repeating safe.
      whileUnavailable.execute(() =>
        calls.call('project', 'projects/changesets', {
          userId,
          body: {
            projectId,
            message,
            changes,
            idempotencyKey: generationId,
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

import type { ServiceClient } from '@vibecode/platform/service-call';
import { z } from 'zod';
import type { Change } from './answer/answer.changes.ts';
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

export type AuthorizedProject = z.infer<typeof project>;
export type AppliedVersion = z.infer<typeof version>;

export interface Changeset {
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
  /** All changes or none, as one version; the same generation never makes a second one. */
  applyChangeset(userId: string, changeset: Changeset): Promise<AppliedVersion>;
}

export function createProjectClient(calls: ServiceClient): ProjectClient {
  return {
    authorize: (userId, projectId) =>
      calls.call('project', 'projects/authorize', { userId, body: { projectId, need: 'EDITOR' }, result: project }),
    applyChangeset: (userId, { projectId, generationId, message, changes, templates, ...made }) =>
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
  };
}

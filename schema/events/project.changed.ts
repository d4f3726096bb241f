import { z } from 'zod';

/** project: a project has a new version, or its own fields changed. Key: the project id. */
export const projectChanged = z.strictObject({
  projectId: z.uuid(),
  ownerId: z.uuid(),
  authorId: z.uuid(),
  /** Number of the new version; null when only the project's own fields changed. */
  version: z.int().positive().nullable(),
});

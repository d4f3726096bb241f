import { z } from 'zod';

/**
 * ai-generation: a generation reached a terminal status, or its answer is whole and waits for its user (REVIEW). Billing settles its
 * hold by the first of a generation; one in REVIEW has a second when it ends. Key: the user id.
 */
export const generationComplete = z.strictObject({
  generationId: z.uuid(),
  userId: z.uuid(),
  projectId: z.uuid(),
  status: z.enum(['REVIEW', 'COMPLETED', 'FAILED', 'CANCELLED']),
  /** False when nothing usable came of it: output that could not be parsed or applied costs nothing. */
  chargeable: z.boolean(),
  model: z.string(),
  provider: z.string(),
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  durationMs: z.int().nonnegative(),
  /** Number of the project's version it made; null when it made none. */
  version: z.int().positive().nullable(),
  /** Code of the error when FAILED. */
  errorCode: z.string().nullable(),
});

import { z } from 'zod';

/** code-executor: a run has ended, whichever way. Key: the user id. */
export const executionComplete = z.strictObject({
  executionId: z.uuid(),
  userId: z.uuid(),
  projectId: z.uuid().nullable(),
  version: z.int().nonnegative().nullable(),
  runtime: z.string(),
  sandbox: z.string(),
  outcome: z.enum([
    'SUCCEEDED',
    'FAILED',
    'SIGNALLED',
    'TIMED_OUT',
    'OUT_OF_MEMORY',
    'OUTPUT_LIMIT',
    'CANCELLED',
    'SANDBOX_FAULT',
  ]),
  exitCode: z.int().nullable(),
  durationMs: z.int().nonnegative(),
});

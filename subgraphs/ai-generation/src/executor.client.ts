import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@vibecode/platform/errors';
import type { ServiceClient } from '@vibecode/platform/service-call';
import { z } from 'zod';
import type { ProposedChange } from './answer/answer.proposal.ts';

const queued = z.object({ executionId: z.string() });
const execution = z.object({
  outcome: z.string().nullable(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  durationMs: z.number().nullable(),
  errorText: z.string(),
});

type Ended = z.infer<typeof execution> & { readonly outcome: string };

/** What came of running a project. */
export type RunVerdict =
  | { readonly kind: 'passed'; readonly words: string }
  | { readonly kind: 'failed'; readonly words: string; readonly error: string }
  /** Nothing can be said of it. */
  | { readonly kind: 'unknown'; readonly words: string };

/** What this service asks of code-executor, for the user that each call names. */
export interface ExecutorClient {
  /**
   * Runs a project's newest version, as changes leave it. What cannot be run, also because code-executor is away, is `unknown`.
   *
   * @throws the signal's reason
   */
  runProject(
    userId: string,
    project: { readonly projectId: string; readonly changes: readonly ProposedChange[] },
    signal: AbortSignal,
  ): Promise<RunVerdict>;
}

/** Until a run has waited and ended. Runs themselves are limited to seconds. */
const RUN_MS = 120_000;
const PAUSE_MS = 250;
const WAIT_MS = 5_000;
/** Nobody waits longer for a run to be stopped. */
const STOP_MS = 500;
/** Of what a failed run has said: its end says why. */
const ERROR_CHARACTERS = 4_000;

export function createExecutorClient(calls: ServiceClient, { runMs = RUN_MS } = {}): ExecutorClient {
  return {
    async runProject(userId, { projectId, changes }, signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(runMs)]);
      let executionId: string | null = null;
      try {
        const body = { projectId, changes: changes.map(({ path, after }) => ({ path, content: after })) };
        const found = await calls.call('code-executor', 'executions', { userId, body, result: queued, signal: limit });
        executionId = found.executionId;
        return toVerdict(await untilEnded(calls, userId, executionId, limit));
      } catch (error) {
        if (executionId !== null && limit.aborted) await stop(calls, userId, executionId);
        signal.throwIfAborted();
        if (limit.aborted) return { kind: 'unknown', words: `it did not end within ${runMs / 1_000} seconds` };
        if (!(error instanceof AppError)) throw error;
        return { kind: 'unknown', words: error.message.replace(/\.$/, '') };
      }
    },
  };
}

async function untilEnded(
  calls: ServiceClient,
  userId: string,
  executionId: string,
  signal: AbortSignal,
): Promise<Ended> {
  const body = { executionId, waitMs: WAIT_MS };
  for (;;) {
    const found = await calls.call('code-executor', 'executions/wait', { userId, body, result: execution, signal });
    if (found.outcome !== null) return { ...found, outcome: found.outcome };
    await delay(PAUSE_MS, undefined, { signal });
  }
}

/** Stops a run that nobody waits for. */
async function stop(calls: ServiceClient, userId: string, executionId: string): Promise<void> {
  try {
    await calls.call('code-executor', 'executions/cancel', {
      userId,
      body: { executionId },
      result: z.unknown(),
      timeoutMs: STOP_MS,
    });
  } catch {
    // Nothing is lost: a run ends by its own limits.
  }
}

function toVerdict({ outcome, exitCode, signal, durationMs, errorText }: Ended): RunVerdict {
  const seconds = Math.round((durationMs ?? 0) / 1_000);
  switch (outcome) {
    case 'SUCCEEDED':
      return { kind: 'passed', words: 'it ended without an error' };
    // A server runs until it is stopped.
    case 'TIMED_OUT':
      return { kind: 'passed', words: `it still ran after ${seconds} seconds` };
    case 'CANCELLED':
    case 'SANDBOX_FAULT':
      return { kind: 'unknown', words: 'the run was broken off' };
    default: {
      const how = exitCode !== null ? `exit code ${exitCode}` : signal;
      const words = `it ended with ${outcome}${how === null ? '' : ` (${how})`}`;
      const said = errorText.slice(-ERROR_CHARACTERS).toWellFormed().replaceAll('\0', '').trim();
      return { kind: 'failed', words, error: `${words}\n${said}` };
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { AppError, toAppError } from '@vibecode/platform/errors';
import { LeaseLostError } from '@vibecode/platform/jobs/job';
import type { JobRun } from '@vibecode/platform/jobs/job.run';
import type { Logger } from '@vibecode/platform/log';
import { z } from 'zod';
import type { ProposedChange } from './answer/answer.proposal.ts';
import { toLockedFailure } from './answer.failures.ts';
import type { ReviewRefusal } from './errors.ts';
import type { GenerationJournal } from './generation.journal.ts';
import type { Conclusion, CutAnswer, Produced } from './generation.outcome.ts';
import { insertProposal } from './review.repository.ts';

/** What was accepted, and could not be applied because the project service was away, is tried again after this time. */
const RETRY_DELAY_MS = 5_000;
/** Also what was accepted just before its time was over is tried for so long. */
const LEAST_RETRIES_MS = 600_000;
/** Faults of the project service after which the changes wait for the user again. */
const MAX_FAULTS = 5;

/** The answer is whole, or as far as it came: its changes wait for the user, and billing settles it now. */
export async function offerForReview(
  journal: GenerationJournal,
  produced: Produced,
  proposal: readonly ProposedChange[],
  {
    reviewMs,
    ...ended
  }: { readonly reviewMs: number; readonly conclusion?: Conclusion; readonly cut?: CutAnswer | null },
): Promise<void> {
  const now = new Date();
  const expiresAt = new Date(now.getTime() + reviewMs);
  await journal.offer(
    async (generation, em) => {
      generation.offer(produced, now, expiresAt, ended);
      await insertProposal(em, generation.id, proposal);
    },
    { settles: true },
  );
}

/**
 * Applies what was accepted. What the project refuses waits again, with the reasons; while the project service does not answer,
 * it is tried again until the time for the review is over.
 *
 * @returns null where nothing was applied, and the job is over
 * @throws the error, where trying again is of no use
 */
export async function applyReviewed<Version>(
  { journal, job, log }: { readonly journal: GenerationJournal; readonly job: JobRun; readonly log: Logger },
  apply: () => Promise<Version>,
): Promise<Version | null> {
  const { id, reviewExpiresAt } = journal.generation;
  const until = Math.max(reviewExpiresAt?.getTime() ?? 0, Date.now() + LEAST_RETRIES_MS);
  for (let faults = 0; ; ) {
    try {
      return await apply();
    } catch (error) {
      if (!isAway(error)) faults += 1;
      const refusal = toRefusal(error) ?? (faults >= MAX_FAULTS ? toFault(error) : null);
      if (refusal) {
        await journal.offer((generation) => generation.offerAgain(refusal), { settles: false });
        return null;
      }
      const isDefinite = error instanceof AppError && error.status < 500;
      if (isDefinite || until < Date.now()) throw error;
      log.warn({ action: 'review.not-applied', generationId: id, error }, 'accepted changes will be tried again');
    }
    // Not by the job's signal: once somebody has tried to cancel, it would not wait any more.
    await delay(RETRY_DELAY_MS);
    if (job.stopReason === 'lease lost') throw new LeaseLostError(job.claim);
    if (job.stopReason === 'shutdown') {
      // Without it, another worker takes the job up once the lease has run out.
      await job.release().catch((error) => log.warn({ action: 'review.not-released', generationId: id, error }));
      return null;
    }
  }
}

/** The project service cannot be reached, or has no room. */
function isAway(error: unknown): boolean {
  return error instanceof AppError && (error.status === 503 || error.status === 504 || error.status === 507);
}

/** A fault of the project service that does not pass: the user decides again. */
function toFault(error: unknown): ReviewRefusal {
  const { code, message } = toAppError(error) ?? {
    code: 'INTERNAL_ERROR',
    message: 'Something went wrong on our side.',
  };
  return { code, message, conflicts: [] };
}

const conflict = z.object({ path: z.string(), problem: z.string() });
const conflicts = z.object({ conflicts: z.array(conflict) });
const lockedPaths = z.object({ paths: z.array(z.string()) });

/** Null for an error that is not about the changes. */
function toRefusal(error: unknown): ReviewRefusal | null {
  if (!(error instanceof AppError)) return null;
  const { message, details } = error;
  const code: string = error.code;
  switch (code) {
    case 'PROJECT_MERGE_CONFLICT':
      return { code, message, conflicts: conflicts.safeParse(details).data?.conflicts ?? [] };
    case 'PROJECT_PATHS_LOCKED':
      return { code, message, conflicts: toPaths(details).map((path) => ({ path, problem: 'is locked' })) };
    case 'CONFLICT':
    case 'PROJECT_PATH_INVALID':
    case 'PROJECT_TOO_LARGE': {
      const one = conflict.safeParse(details);
      return { code, message, conflicts: one.success ? [one.data] : [] };
    }
    default:
      return null;
  }
}

/** All that a generation would change was locked while its model answered: said in the words of this service. */
export function toLockedFailureOf(error: unknown): unknown {
  const code: string | null = error instanceof AppError ? error.code : null;
  return code === 'PROJECT_PATHS_LOCKED' ? toLockedFailure(toPaths((error as AppError).details)) : error;
}

function toPaths(details: unknown): readonly string[] {
  return lockedPaths.safeParse(details).data?.paths ?? [];
}

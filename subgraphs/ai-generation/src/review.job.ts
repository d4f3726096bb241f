import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@vibecode/platform/errors';
import { LeaseLostError } from '@vibecode/platform/jobs/job';
import type { JobRun } from '@vibecode/platform/jobs/job.run';
import type { Logger } from '@vibecode/platform/log';
import { z } from 'zod';
import type { ProposedChange } from './answer/answer.changes.ts';
import { toLockedFailure } from './answer.failures.ts';
import type { ReviewRefusal } from './errors.ts';
import type { Produced } from './generation.entity.ts';
import type { GenerationJournal } from './generation.journal.ts';
import { insertProposal } from './review.repository.ts';

/** What was accepted, and could not be applied because the project service was away, is tried again after this time. */
const RETRY_DELAY_MS = 5_000;

/** The answer is whole: its changes wait for the user, and billing settles it now. */
export async function offerForReview(
  journal: GenerationJournal,
  produced: Produced,
  proposal: readonly ProposedChange[],
  reviewMs: number,
): Promise<void> {
  const now = new Date();
  const expiresAt = new Date(now.getTime() + reviewMs);
  await journal.offer(
    async (generation, em) => {
      generation.offer(produced, now, expiresAt);
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
  for (;;) {
    try {
      return await apply();
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal) {
        await journal.offer((generation) => generation.offerAgain(refusal), { settles: false });
        return null;
      }
      const isDefinite = error instanceof AppError && error.status < 500;
      if (isDefinite || (reviewExpiresAt !== null && reviewExpiresAt.getTime() < Date.now())) throw error;
      log.warn({ action: 'review.not-applied', generationId: id, error }, 'accepted changes will be tried again');
    }
    // Aborted: the reason is looked at.
    await delay(RETRY_DELAY_MS, undefined, { signal: job.signal }).catch(() => undefined);
    if (job.stopReason === 'lease lost') throw new LeaseLostError(job.claim);
    if (job.stopReason === 'shutdown') {
      await job.release();
      return null;
    }
  }
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

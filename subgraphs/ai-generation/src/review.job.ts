import { AppError } from '@vibecode/platform/errors';
import { z } from 'zod';
import type { ProposedChange } from './answer/answer.changes.ts';
import { toLockedFailure } from './answer.failures.ts';
import type { ReviewRefusal } from './errors.ts';
import type { Produced } from './generation.entity.ts';
import type { JobJournal } from './job.journal.ts';
import { insertProposal } from './review.repository.ts';

/** What was accepted, and could not be applied because the project service was away, is tried again after this time. */
const RETRY_DELAY_MS = 5_000;

/** The answer is whole: its changes wait for the user, and billing settles it now. */
export async function offerForReview(
  journal: JobJournal,
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
 * What comes of accepted changes that were not applied: those that the project refused wait again, with its reasons; while it does
 * not answer, they stay accepted, and are tried again until the time for the review is over.
 *
 * @returns null; the job is over
 * @throws the error, where trying again is of no use
 */
export async function handleRefusal(journal: JobJournal, error: unknown): Promise<null> {
  const { log } = journal.dependencies;
  const { id, reviewExpiresAt } = journal.generation;
  const refusal = toRefusal(error);
  if (refusal) {
    await journal.offer((generation) => generation.offerAgain(refusal), { settles: false });
    return null;
  }
  const isDefinite = error instanceof AppError && error.status < 500;
  if (isDefinite || (reviewExpiresAt !== null && reviewExpiresAt.getTime() < Date.now())) throw error;
  log.warn({ action: 'review.not-applied', generationId: id, error }, 'accepted changes will be tried again');
  await journal.release(RETRY_DELAY_MS);
  return null;
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

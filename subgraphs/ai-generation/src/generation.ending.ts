import { AppError, InvalidInputError, toAppError } from '@vibecode/platform/errors';
import { LeaseLostError } from '@vibecode/platform/jobs/job';
import type { JobRun } from '@vibecode/platform/jobs/job.run';
import type { Logger } from '@vibecode/platform/log';
import { toChangesetInSteps } from './answer/answer.proposal.ts';
import { GenerationFailure, ModelPausedError, ModelUnavailableError } from './errors.ts';
import type { GenerationJournal } from './generation.journal.ts';
import type { Conclusion, CutAnswer, Produced } from './generation.outcome.ts';
import { GenerationStatus } from './generation.status.ts';
import type { Absence, ModelLanes } from './model.lanes.ts';
import { offerForReview } from './review.job.ts';
import type { StepsRun } from './steps.run.ts';
import { doInTurns } from './turns.ts';

/** A worker's work on a generation, as far as it came. */
export interface Work {
  readonly dependencies: { readonly lanes: ModelLanes; readonly log: Logger; readonly reviewMs: number };
  readonly job: JobRun;
  readonly journal: GenerationJournal;
  /** Null for a single call. */
  readonly steps: StepsRun | null;
  /** Whether a model has begun to answer. */
  readonly hasAnswer: boolean;
  readonly produced: Produced | undefined;
  /** What could be continued of an answer that reached its limit. */
  readonly cut: CutAnswer | null;
  /** All of the text, while what was made is run and repaired; null before. */
  readonly checkedText: string | null;
}

const { QUEUED, RETRIEVING, STREAMING, APPLYING, FAILED, CANCELLED } = GenerationStatus;
/** A request that a server fails as often is taken to be at fault itself. */
const MAX_FAULTS = 5;

/**
 * Ends a generation that did not complete, or gives it back to the queue. Steps that were finished by then are kept: `kept` says that
 * they are to be applied now, and that the generation ends as its conclusion says after that.
 */
export async function endEarly(work: Work, error: unknown): Promise<'ended' | 'kept'> {
  const { journal, job, dependencies } = work;
  // It is `journal.failure`, which is looked at below.
  await journal.writer.settle().catch(() => undefined);
  const { id: generationId, status, versionId } = journal.generation;
  if (error instanceof LeaseLostError || job.hasEnded || job.stopReason === 'lease lost') throw error;
  const stopped = status === APPLYING ? null : job.stopReason;
  if (stopped === 'shutdown' && (status !== STREAMING || versionId !== null || work.steps)) {
    dependencies.log.info({ action: 'generation.left', generationId }, 'another worker will take it up');
    await requeue(work);
    return 'ended';
  }
  const cause = journal.failure ?? error;
  report(work, cause, stopped !== null);
  if (versionId !== null) {
    await endCheck(work, cause, stopped === 'cancelled');
    return 'ended';
  }
  if (journal.generation.conclusion) {
    await endUnapplied(work, journal.generation.conclusion, cause);
    return 'ended';
  }
  if (stopped === 'cancelled') return conclude(work, { status: CANCELLED, error: null });
  const absence = await findAbsence(work, error);
  if (absence) {
    await dependencies.lanes.close(journal.generation.model, absence);
    await requeue(work, { isFault: absence.mayBlameRequest });
    return 'ended';
  }
  const failure = stopped === 'shutdown' ? toInterruption() : (work.steps?.describe(cause) ?? cause);
  return conclude(work, { status: FAILED, error: toFailure(failure) });
}

export function toInterruption(): GenerationFailure {
  return new GenerationFailure(
    'GENERATION_INTERRUPTED',
    'The server stopped while the model answered. Start it again.',
  );
}

/** A driver's error is told to the client by a code of the catalogue, and whole to the operator. */
function report({ journal, dependencies }: Work, cause: unknown, isStopped: boolean): void {
  if (isStopped || cause instanceof AppError) return;
  dependencies.log.error({ action: 'generation.failed', generationId: journal.generation.id, error: cause });
}

/** The steps that are finished are kept: as a version, or for the review that was asked for. */
async function conclude(work: Work, conclusion: Conclusion): Promise<'ended' | 'kept'> {
  const { journal, steps, dependencies } = work;
  const { review, status } = journal.generation;
  const { error } = conclusion;
  const cut = error?.code === 'GENERATION_TRUNCATED' ? work.cut : null;
  const made = steps?.made ?? [];
  // A stop of what would be reviewed is like its rejection.
  const isKept = steps && made.length > 0 && status !== APPLYING && !(review && error === null) && !journal.failure;
  if (!isKept) {
    await journal.finish(
      (row, now) => (error ? row.fail(error, now, work.produced, cut) : row.cancel(now, work.produced)),
      async (em) => steps?.storeEnd(em, conclusion.status),
    );
    return 'ended';
  }
  const produced = error ? steps.kept : steps.produced;
  if (review) {
    journal.writer.change((_, em) => steps.storeEnd(em, conclusion.status));
    await offerForReview(journal, produced, made, { reviewMs: dependencies.reviewMs, conclusion, cut });
    return 'ended';
  }
  const changeset = await doInTurns(toChangesetInSteps(made));
  // Together: a worker that takes over must not ask the failed step again.
  await journal.transition((row, em) => {
    row.apply(produced, changeset, { conclusion, cut });
    return steps.storeEnd(em, conclusion.status);
  }, APPLYING);
  return 'kept';
}

/** What was finished could not be applied. */
async function endUnapplied({ journal }: Work, { status, error }: Conclusion, cause: unknown): Promise<void> {
  const words = `The project did not take it: ${toFailure(cause).message}`;
  const ended = { status, error: error && { ...error, message: `${error.message} ${words}` } };
  await journal.finish((row, now) => row.conclude(ended, null, now));
}

/** The version is there: it stays, whatever became of its run and of repairs. */
async function endCheck({ journal, checkedText }: Work, cause: unknown, isCancelled: boolean): Promise<void> {
  const text = checkedText ?? journal.generation.text;
  if (isCancelled) return journal.finish((row, now) => Object.assign(row, { text }).cancel(now));
  // The project may hold the repair already: the next worker asks again with the same key.
  if (journal.generation.status === APPLYING && !isRefusal(cause)) throw cause;
  const { message } = toFailure(cause);
  const note = `\n\n> Note: No repair was applied, and the version stays as it is: ${message}\n`;
  journal.writer.writeText(note);
  await journal.finish((row, now) => row.complete(null, now, text + note));
}

/** Why the model is away, where that is what failed the job before its answer began. */
async function findAbsence({ journal, dependencies, hasAnswer }: Work, error: unknown): Promise<Absence | null> {
  const { generation } = journal;
  if (hasAnswer || generation.status !== RETRIEVING) return null;
  // A provider that has just gone does not list its models any more.
  const isUnlisted = error instanceof InvalidInputError;
  if (!isUnlisted && !(error instanceof ModelUnavailableError)) return null;
  const absence = await dependencies.lanes.findNewAbsence(generation);
  if (error instanceof ModelPausedError) return { waitMs: absence?.waitMs ?? 0, mayBlameRequest: false };
  if (!absence?.mayBlameRequest) return absence;
  return !isUnlisted && generation.modelFaults < MAX_FAULTS ? absence : null;
}

async function requeue({ journal, job }: Work, { isFault = false } = {}): Promise<void> {
  const { status } = journal.generation;
  if (status === RETRIEVING) await journal.transition((generation) => generation.requeue({ isFault }), QUEUED);
  await job.release();
}

/** Whether it is certain that nothing was done. */
function isRefusal(cause: unknown): boolean {
  return cause instanceof AppError && !['SERVICE_UNAVAILABLE', 'INTERNAL_ERROR', 'PROJECT_BUSY'].includes(cause.code);
}

function toFailure(cause: unknown): { code: string; message: string } {
  const { code, message } = toAppError(cause) ?? {
    code: 'INTERNAL_ERROR',
    message: 'Something went wrong on our side.',
  };
  return { code, message };
}

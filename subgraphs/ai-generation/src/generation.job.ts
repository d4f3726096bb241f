import { AppError, InvalidInputError, toAppError } from '@vibecode/platform/errors';
import { LeaseLostError } from '@vibecode/platform/jobs/job';
import type { JobRun } from '@vibecode/platform/jobs/job.run';
import { AnswerChanges } from './answer/answer.changes.ts';
import type { Change } from './answer/answer.reduction.ts';
import { type AnswerStreamer, type ModelAnswer, type StreamedAnswer, toProduced } from './answer.streamer.ts';
import type { BillingClient } from './billing.client.ts';
import { GenerationFailure, ModelPausedError, ModelUnavailableError } from './errors.ts';
import { GenerationJournal, type JournalDependencies } from './generation.journal.ts';
import { findEvents } from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';
import { isHoldDoubtful, keepHold } from './hold.renewal.ts';
import type { Absence, ModelLanes } from './model.lanes.ts';
import { estimateTokens } from './models/model.ts';
import type { ProjectClient } from './project.client.ts';
import { applyReviewed, offerForReview, toLockedFailureOf } from './review.job.ts';

export interface JobDependencies extends JournalDependencies {
  readonly billing: BillingClient;
  readonly projects: ProjectClient;
  readonly answers: AnswerStreamer;
  readonly lanes: ModelLanes;
  /** For how long changes wait to be accepted. */
  readonly reviewMs: number;
}

const { QUEUED, RETRIEVING, STREAMING, APPLYING } = GenerationStatus;
/** A request that a server fails as often is taken to be at fault itself. */
const MAX_FAULTS = 5;
const REREAD_MS = 30_000;

/**
 * One worker's work on one generation, to its end. What a dead worker has left is taken up where that is safe: before the model was
 * asked, and once its whole answer is stored. In between, the answer is lost with the worker: GENERATION_INTERRUPTED.
 */
export class GenerationJob {
  #answer: ModelAnswer | null = null;

  private constructor(
    readonly dependencies: JobDependencies,
    readonly job: JobRun,
    readonly journal: GenerationJournal,
  ) {}

  /** @throws LeaseLostError, and what went wrong when the end could not be stored */
  static async run(dependencies: JobDependencies, job: JobRun): Promise<void> {
    await using journal = await GenerationJournal.open(dependencies, job);
    const { generation } = journal;
    const { lanes } = dependencies;
    if (generation.status === QUEUED) {
      const absence = await lanes.findAbsence(generation);
      if (absence) {
        await lanes.close(generation.model, absence);
        await job.release();
        return;
      }
    }
    // What was reviewed is settled, and has no hold any more.
    await using _ = generation.reviewedAt === null ? keepHold(dependencies, generation) : null;
    await new GenerationJob(dependencies, job, journal).#run();
  }

  async #run(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      await this.#end(error);
    }
  }

  async #work(): Promise<void> {
    const { journal } = this;
    const { status } = journal.generation;
    if (status === STREAMING) {
      this.#answer = await this.#findLostAnswer();
      throw toInterruption();
    }
    if (status !== APPLYING) {
      await this.#assureHold();
      if (status === QUEUED) await journal.transition((generation) => generation.retrieve(), RETRIEVING);
      const answer = await this.#produce();
      if (answer.failure) throw answer.failure;
      journal.signal.throwIfAborted();
      const produced = toProduced(answer);
      if (journal.generation.review) {
        const { reviewMs } = this.dependencies;
        await offerForReview(journal, produced, answer.changes.toProposal(), reviewMs);
        return;
      }
      await journal.transition((generation) => generation.apply(produced, answer.changeset), APPLYING);
    }
    // Applying is not stopped: a version may be there already.
    const { generation } = journal;
    const signal = AbortSignal.timeout(REREAD_MS);
    await this.#apply(generation.changes ?? (await this.dependencies.answers.reread(generation, signal)));
  }

  /** As much of a dead worker's answer as any watcher has seen, and what was stored behind that. */
  async #findLostAnswer(): Promise<ModelAnswer> {
    const em = this.dependencies.orm.em.fork();
    const { id, promptTokens, firstTokenAt } = this.journal.generation;
    const events = await findEvents(em, id, 0, Number.MAX_SAFE_INTEGER);
    const text = events.map((event) => (event.type === 'TokenDelta' ? event.text : '')).join('');
    return { changes: new AnswerChanges(), text, promptTokens, completionTokens: estimateTokens(text), firstTokenAt };
  }

  async #assureHold(): Promise<void> {
    const { generation } = this.journal;
    if (!isHoldDoubtful(generation)) return;
    try {
      await this.dependencies.billing.renewHold(generation.userId, generation.id);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE') throw error;
    }
  }

  /** Retrieval, prompt and the model's answer. */
  async #produce(): Promise<StreamedAnswer> {
    const { journal } = this;
    const { answers, lanes } = this.dependencies;
    const answer = await answers.stream({
      generation: journal.generation,
      writer: journal.writer,
      signal: journal.signal,
      onAnswer: (answer) => {
        this.#answer = answer;
      },
      // The model's answer does not wait for it.
      onFirstToken: (asked) => journal.writer.change((generation) => generation.stream(asked)),
    });
    await journal.writer.settle();
    await lanes.open(journal.generation.model);
    return answer;
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    const { generation, writer } = this.journal;
    const changeset = {
      projectId: generation.projectId,
      generationId: generation.id,
      message: toMessage(generation.prompt),
      changes,
      model: generation.model,
      provider: generation.provider,
      promptSha256: generation.promptSha256 ?? '',
      templates: generation.templates,
      merge: generation.reviewedAt !== null,
    };
    const apply = () => this.dependencies.projects.applyChangeset(generation.userId, changeset);
    const isReviewed = generation.reviewedAt !== null;
    const version = isReviewed
      ? await applyReviewed({ journal: this.journal, job: this.job, log: this.dependencies.log }, apply)
      : await apply().catch(toLocked);
    if (version === null) return;
    const edited = new Set(changes.flatMap(({ operation, path }) => (operation === 'EDIT' ? [path] : [])));
    for (const { path, bytes, sha256 } of version.files) {
      if (edited.has(path)) writer.write({ type: 'FileFinished', path, bytes, sha256 });
    }
    const made = { id: version.versionId, number: version.number, leftAlone: version.leftAlone };
    await this.journal.finish((row, now) => row.complete(made, now));
  }

  /** Stores how a generation has ended that did not complete, or gives it back to the queue. */
  async #end(error: unknown): Promise<void> {
    const { log } = this.dependencies;
    const { journal, job } = this;
    // It is `journal.failure`, which is looked at below.
    await journal.writer.settle().catch(() => undefined);
    const { id: generationId, status } = journal.generation;
    if (error instanceof LeaseLostError || job.hasEnded || job.stopReason === 'lease lost') throw error;
    const stopped = status === APPLYING ? null : job.stopReason;
    const produced = this.#answer ? toProduced(this.#answer) : undefined;
    if (stopped === 'cancelled') return journal.finish((row, now) => row.cancel(now, produced));
    if (stopped === 'shutdown' && status !== STREAMING) {
      log.info({ action: 'generation.left', generationId }, 'another worker will take it up');
      return this.#requeue();
    }
    const absence = await this.#findAbsence(error);
    if (absence) {
      await this.dependencies.lanes.close(journal.generation.model, absence);
      return this.#requeue({ isFault: absence.mayBlameRequest });
    }
    const cause = journal.failure ?? error;
    const failure = stopped === 'shutdown' ? toInterruption() : toFailure(cause);
    // A driver's error is told to the client by a code of the catalogue, and whole to the operator.
    if (stopped === null && !(cause instanceof AppError)) {
      log.error({ action: 'generation.failed', generationId, error: cause });
    }
    return journal.finish((row, now) => row.fail(failure, now, produced));
  }

  /** Why the model is away, where that is what failed the job before its answer began. */
  async #findAbsence(error: unknown): Promise<Absence | null> {
    const { generation } = this.journal;
    if (this.#answer || generation.status !== RETRIEVING) return null;
    // A provider that has just gone does not list its models any more.
    const isUnlisted = error instanceof InvalidInputError;
    if (!isUnlisted && !(error instanceof ModelUnavailableError)) return null;
    const absence = await this.dependencies.lanes.findNewAbsence(generation);
    if (error instanceof ModelPausedError) return { waitMs: absence?.waitMs ?? 0, mayBlameRequest: false };
    if (!absence?.mayBlameRequest) return absence;
    return !isUnlisted && generation.modelFaults < MAX_FAULTS ? absence : null;
  }

  async #requeue({ isFault = false } = {}): Promise<void> {
    const { status } = this.journal.generation;
    if (status === RETRIEVING) await this.journal.transition((generation) => generation.requeue({ isFault }), QUEUED);
    await this.job.release();
  }
}

function toLocked(error: unknown): never {
  throw toLockedFailureOf(error);
}

function toInterruption(): GenerationFailure {
  return new GenerationFailure(
    'GENERATION_INTERRUPTED',
    'The server stopped while the model answered. Start it again.',
  );
}

function toFailure(cause: unknown): { code: string; message: string } {
  return toAppError(cause) ?? { code: 'INTERNAL_ERROR', message: 'Something went wrong on our side.' };
}

/** The first line of a prompt, as the version's message. */
function toMessage(prompt: string): string {
  const characters = [...(prompt.trim().split('\n')[0] ?? '')];
  return characters.length > 120 ? `${characters.slice(0, 119).join('')}…` : characters.join('');
}

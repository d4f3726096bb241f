import { AppError, toAppError } from '@vibecode/platform/errors';
import { AnswerChanges } from './answer/answer.changes.ts';
import type { Change } from './answer/answer.reduction.ts';
import { type AnswerStreamer, type ModelAnswer, type StreamedAnswer, toProduced } from './answer.streamer.ts';
import type { BillingClient } from './billing.client.ts';
import { GenerationFailure } from './errors.ts';
import { EventWriter } from './event.writer.ts';
import { findEvents, getLeased, type Lease, LeaseLostError } from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';
import { recoverStream } from './generation.stream.ts';
import { JobJournal, type JournalDependencies } from './job.journal.ts';
import { HOLD_MARGIN_MS, JobStopped, type StopReason, startLeaseKeeper } from './job.lease.ts';
import { estimateTokens } from './models/model.ts';
import type { ProjectClient } from './project.client.ts';
import { handleRefusal, offerForReview, toLockedFailureOf } from './review.job.ts';

export interface JobDependencies extends JournalDependencies {
  readonly billing: BillingClient;
  readonly projects: ProjectClient;
  readonly answers: AnswerStreamer;
  /** For how long changes wait to be accepted. */
  readonly reviewMs: number;
}

const { QUEUED, RETRIEVING, STREAMING, APPLYING, COMPLETED, FAILED, CANCELLED } = GenerationStatus;

/**
 * One worker's work on one generation, under a lease, to its end. What a dead worker has left is taken up where that is safe: before the
 * model was asked, and once its whole answer is stored. In between, the answer is lost with the worker: GENERATION_INTERRUPTED.
 */
export class GenerationJob {
  readonly #stop = new AbortController();
  #journal: JobJournal;
  #answer: ModelAnswer | null = null;
  /** The row becoming STREAMING, which the model's answer does not wait for. */
  #streaming: Promise<void> = Promise.resolve();

  constructor(
    readonly dependencies: JobDependencies,
    readonly lease: Lease,
  ) {}

  stop(reason: StopReason): void {
    this.#stop.abort(new JobStopped(reason));
  }

  /** Never rejects for what becomes of the generation; only when its end could not be stored. */
  async run(): Promise<void> {
    const { orm, streamLog, log } = this.dependencies;
    const em = orm.em.fork();
    const generation = await getLeased(em, this.lease);
    const writer = new EventWriter({
      log: streamLog,
      generationId: generation.id,
      epoch: this.lease.epoch,
      lastSeq: await recoverStream(em, streamLog, this.lease),
      onFailure: (error) => {
        log.warn({ action: 'generation.stream-failed', generationId: generation.id, error });
        this.stop('lease lost');
      },
    });
    this.#journal = new JobJournal(this.dependencies, this.lease, generation, writer);
    await using _keeper = startLeaseKeeper({
      ...this.dependencies,
      lease: this.lease,
      generation,
      writer,
      stop: (reason) => this.stop(reason),
    });
    try {
      await this.#work();
    } catch (error) {
      await this.#end(error);
    }
  }

  async #work(): Promise<void> {
    const { status, cancelRequestedAt } = this.#journal.generation;
    if (status === STREAMING) {
      this.#answer = await this.#findLostAnswer();
      throw toInterruption();
    }
    if (cancelRequestedAt && status !== APPLYING) throw new JobStopped('cancelled');
    if (status !== APPLYING) {
      await this.#assureHold();
      if (status === QUEUED) await this.#journal.transition((generation) => generation.retrieve(), RETRIEVING);
      const answer = await this.#produce();
      if (answer.failure) throw answer.failure;
      this.#stop.signal.throwIfAborted();
      const produced = toProduced(answer);
      if (this.#journal.generation.review) {
        await offerForReview(this.#journal, produced, answer.changes.toProposal(), this.dependencies.reviewMs);
        return;
      }
      await this.#journal.transition((generation) => generation.apply(produced, answer.changeset), APPLYING);
    }
    const { generation } = this.#journal;
    await this.#apply(generation.changes ?? (await this.dependencies.answers.reread(generation, this.#stop.signal)));
  }

  /** As much of a dead worker's answer as was stored: its text stays that of the events. */
  async #findLostAnswer(): Promise<ModelAnswer> {
    const { orm } = this.dependencies;
    const events = await findEvents(orm.em.fork(), this.lease.generationId, 0, Number.MAX_SAFE_INTEGER);
    const text = events.map((event) => (event.type === 'TokenDelta' ? event.text : '')).join('');
    const { promptTokens, firstTokenAt } = this.#journal.generation;
    return { changes: new AnswerChanges(), text, promptTokens, completionTokens: estimateTokens(text), firstTokenAt };
  }

  /** While a generation waited long, or no server ran, its hold may have been lost. */
  async #assureHold(): Promise<void> {
    const { id, userId, createdAt } = this.#journal.generation;
    if (Date.now() - createdAt.getTime() < HOLD_MARGIN_MS) return;
    try {
      await this.dependencies.billing.renewHold(userId, id);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE') throw error;
    }
  }

  /** Retrieval, prompt and the model's answer. */
  async #produce(): Promise<StreamedAnswer> {
    const answer = await this.dependencies.answers.stream({
      generation: this.#journal.generation,
      writer: this.#journal.writer,
      signal: this.#stop.signal,
      onAnswer: (answer) => {
        this.#answer = answer;
      },
      onFirstToken: (asked) => {
        this.#streaming = this.#journal.store((generation) => generation.stream(asked));
        // Awaited below; a rejection meanwhile must not count as unhandled.
        this.#streaming.catch(() => undefined);
      },
    });
    await this.#streaming;
    return answer;
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    const { generation, writer } = this.#journal;
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
    const version = await this.dependencies.projects.applyChangeset(generation.userId, changeset).catch((error) => {
      if (generation.reviewedAt !== null) return handleRefusal(this.#journal, error);
      throw toLockedFailureOf(error);
    });
    if (version === null) return;
    const edited = new Set(changes.flatMap(({ operation, path }) => (operation === 'EDIT' ? [path] : [])));
    for (const { path, bytes, sha256 } of version.files) {
      if (edited.has(path)) writer.write({ type: 'FileFinished', path, bytes, sha256 });
    }
    const made = { id: version.versionId, number: version.number, leftAlone: version.leftAlone };
    await this.#journal.finish((row, now) => row.complete(made, now), COMPLETED, generation.completionTokens);
  }

  /** Stores how a generation has ended that did not complete. */
  async #end(error: unknown): Promise<void> {
    const { log } = this.dependencies;
    const { generationId } = this.lease;
    // A failure to store the start of the stream has ended the job already: it is `error`.
    await this.#streaming.catch(() => undefined);
    const { status } = this.#journal.generation;
    const cause = status !== APPLYING && this.#stop.signal.aborted ? this.#stop.signal.reason : error;
    const stopped = cause instanceof JobStopped ? cause.reason : null;
    const lost = cause instanceof LeaseLostError || stopped === 'lease lost';
    if (lost || (stopped === 'shutdown' && status !== STREAMING)) {
      log.warn({ action: 'generation.left', generationId, error: cause }, 'another worker will take it up');
      await this.#journal.release();
      return;
    }
    const produced = this.#answer ? toProduced(this.#answer) : undefined;
    const tokens = produced?.completionTokens ?? this.#journal.generation.completionTokens;
    if (stopped === 'cancelled') {
      await this.#journal.finish((row, now) => row.cancel(now, produced), CANCELLED, tokens);
      return;
    }
    const failure = stopped === 'shutdown' ? toInterruption() : toFailure(cause);
    // A driver's error is told to the client by a code of the catalogue, and whole to the operator.
    if (stopped === null && !(cause instanceof AppError)) {
      log.error({ action: 'generation.failed', generationId, error: cause });
    }
    await this.#journal.finish((row, now) => row.fail(failure, now, produced), FAILED, tokens);
  }
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

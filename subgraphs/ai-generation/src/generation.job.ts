import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { AppError } from '@vibecode/platform/errors';
import { createEvent } from '@vibecode/platform/events/event';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import type { Logger } from '@vibecode/platform/log';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { AnswerChanges } from './answer/answer.changes.ts';
import { AnswerParser } from './answer/answer.parser.ts';
import { toNoFilesFailure, toProblemFailure } from './answer.failures.ts';
import { type AnswerStreamer, type ModelAnswer, toProduced } from './answer.streamer.ts';
import type { BillingClient } from './billing.client.ts';
import { GenerationFailure } from './errors.ts';
import { EventWriter } from './event.writer.ts';
import type { Generation } from './generation.entity.ts';
import { type GenerationEventData, type SequencedEvent, toStreamName } from './generation.events.ts';
import {
  findEvents,
  getLeased,
  insertEvents,
  type Lease,
  LeaseLostError,
  markSealed,
  renewLease,
} from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';
import { recoverStream } from './generation.stream.ts';
import { HOLD_MARGIN_MS, JobStopped, type StopReason, startLeaseKeeper } from './job.lease.ts';
import { estimateTokens } from './models/model.ts';
import type { ProjectClient } from './project.client.ts';

export interface JobDependencies {
  readonly orm: MikroORM;
  readonly streamLog: StreamLog;
  readonly log: Logger;
  readonly billing: BillingClient;
  readonly projects: ProjectClient;
  readonly answers: AnswerStreamer;
}

const { QUEUED, RETRIEVING, STREAMING, APPLYING, COMPLETED, FAILED, CANCELLED } = GenerationStatus;

/**
 * One worker's work on one generation, under a lease, to its end. What a dead worker has left is taken up where that is safe: before the
 * model was asked, and once its whole answer is stored. In between, the answer is lost with the worker: GENERATION_INTERRUPTED.
 */
export class GenerationJob {
  readonly #stop = new AbortController();
  #generation: Generation;
  #writer: EventWriter;
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
    this.#generation = await getLeased(em, this.lease);
    this.#writer = new EventWriter({
      log: streamLog,
      generationId: this.lease.generationId,
      epoch: this.lease.epoch,
      lastSeq: await recoverStream(em, streamLog, this.lease),
      onFailure: (error) => {
        log.warn({ action: 'generation.stream-failed', generationId: this.lease.generationId, error });
        this.stop('lease lost');
      },
    });
    await using _keeper = startLeaseKeeper({
      ...this.dependencies,
      lease: this.lease,
      generation: this.#generation,
      writer: this.#writer,
      stop: (reason) => this.stop(reason),
    });
    try {
      await this.#work();
    } catch (error) {
      await this.#end(error);
    }
  }

  async #work(): Promise<void> {
    const { status, cancelRequestedAt } = this.#generation;
    if (status === STREAMING) {
      this.#answer = await this.#findLostAnswer();
      throw toInterruption();
    }
    if (cancelRequestedAt && status !== APPLYING) throw new JobStopped('cancelled');
    if (status !== APPLYING) {
      await this.#assureHold();
      if (status === QUEUED) await this.#transition((generation) => generation.retrieve(), RETRIEVING);
      this.#answer = await this.#produce();
      const produced = toProduced(this.#answer);
      const failure = this.#findFailure(this.#answer);
      if (failure) throw failure;
      this.#stop.signal.throwIfAborted();
      await this.#transition((generation) => generation.apply(produced), APPLYING);
    }
    await this.#apply();
  }

  /** As much of a dead worker's answer as was stored: its text stays that of the events. */
  async #findLostAnswer(): Promise<ModelAnswer> {
    const { orm } = this.dependencies;
    const events = await findEvents(orm.em.fork(), this.lease.generationId, 0, Number.MAX_SAFE_INTEGER);
    const text = events.map((event) => (event.type === 'TokenDelta' ? event.text : '')).join('');
    const { promptTokens, firstTokenAt } = this.#generation;
    return { changes: new AnswerChanges(), text, promptTokens, completionTokens: estimateTokens(text), firstTokenAt };
  }

  /** While a generation waited long, or no server ran, its hold may have been lost. */
  async #assureHold(): Promise<void> {
    const { id, userId, createdAt } = this.#generation;
    if (Date.now() - createdAt.getTime() < HOLD_MARGIN_MS) return;
    try {
      await this.dependencies.billing.renewHold(userId, id);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE') throw error;
    }
  }

  /** Retrieval, prompt and the model's answer. */
  async #produce(): Promise<ModelAnswer> {
    const answer = await this.dependencies.answers.stream({
      generation: this.#generation,
      writer: this.#writer,
      signal: this.#stop.signal,
      onAnswer: (answer) => {
        this.#answer = answer;
      },
      onFirstToken: (asked) => {
        this.#streaming = this.#store((generation) => generation.stream(asked));
        // Awaited below; a rejection meanwhile must not count as unhandled.
        this.#streaming.catch(() => undefined);
      },
    });
    await this.#streaming;
    return answer;
  }

  #findFailure(answer: ModelAnswer): AppError | null {
    if (answer.changes.problems.length > 0)
      return toProblemFailure(answer.changes.problems, this.#generation.maxTokens);
    return answer.changes.toChangeset().length === 0 ? toNoFilesFailure() : null;
  }

  async #apply(): Promise<void> {
    const generation = this.#generation;
    const changes = new AnswerChanges();
    const parser = new AnswerParser();
    const announced = [...parser.push(generation.text), ...parser.end('stop')].flatMap((event) => changes.add(event));
    const version = await this.dependencies.projects.applyChangeset(generation.userId, {
      projectId: generation.projectId,
      generationId: generation.id,
      message: toMessage(generation.prompt),
      changes: changes.toChangeset(),
      model: generation.model,
      provider: generation.provider,
      promptSha256: generation.promptSha256 ?? '',
      templates: generation.templates,
    });
    const finished = new Set(announced.flatMap((event) => (event.type === 'FileFinished' ? [event.path] : [])));
    const edited = new Set(
      changes
        .toChangeset()
        .flatMap(({ operation, path }) => (operation === 'EDIT' && !finished.has(path) ? [path] : [])),
    );
    for (const { path, bytes, sha256 } of version.files) {
      if (edited.has(path)) this.#writer.write({ type: 'FileFinished', path, bytes, sha256 });
    }
    const made = { id: version.versionId, number: version.number };
    await this.#finish((row, now) => row.complete(made, now), COMPLETED);
  }

  /** Stores how a generation has ended that did not complete. */
  async #end(error: unknown): Promise<void> {
    const { log } = this.dependencies;
    const { generationId } = this.lease;
    await this.#streaming.catch(() => undefined);
    const { status } = this.#generation;
    const cause = status !== APPLYING && this.#stop.signal.aborted ? this.#stop.signal.reason : error;
    const stopped = cause instanceof JobStopped ? cause.reason : null;
    const lost = cause instanceof LeaseLostError || stopped === 'lease lost';
    if (lost || (stopped === 'shutdown' && status !== STREAMING)) {
      log.warn({ action: 'generation.left', generationId, error: cause }, 'another worker will take it up');
      await this.#release();
      return;
    }
    const produced = this.#answer ? toProduced(this.#answer) : undefined;
    if (stopped === 'cancelled') {
      await this.#finish((row, now) => row.cancel(now, produced), CANCELLED);
      return;
    }
    const failure = stopped === 'shutdown' ? toInterruption() : toFailure(cause);
    if (!(failure instanceof AppError)) log.error({ action: 'generation.failed', generationId, error: cause });
    await this.#finish((row, now) => row.fail(failure, now, produced), FAILED);
  }

  /** Lets another worker begin at once, unless one has already. */
  async #release(): Promise<void> {
    try {
      await renewLease(this.dependencies.orm.em.fork(), this.lease, 0, this.#writer.takeUnpersisted());
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
    }
  }

  async #transition(change: (generation: Generation) => void, status: GenerationStatus): Promise<void> {
    this.#writer.write({ type: 'StatusChanged', status });
    await this.#store(change);
  }

  /** Changes the row under the lease, and stores the events so far with it. */
  async #store(
    change: (generation: Generation, em: EntityManager) => void,
    finalEvents: readonly SequencedEvent[] = [],
  ): Promise<void> {
    const events = this.#writer.takeUnpersisted();
    try {
      this.#generation = await this.dependencies.orm.em.fork().transactional(async (em) => {
        const generation = await getLeased(em, this.lease);
        change(generation, em);
        await insertEvents(em, generation.id, [...events, ...finalEvents]);
        return generation;
      });
    } catch (error) {
      this.#writer.restoreUnpersisted(events);
      throw error;
    }
  }

  /** The end is stored, with its event for the other services, before any watcher sees it. */
  async #finish(change: (generation: Generation, now: Date) => void, status: GenerationStatus): Promise<void> {
    const now = new Date();
    const durationMs = now.getTime() - this.#generation.createdAt.getTime();
    const completionTokens = this.#answer
      ? toProduced(this.#answer).completionTokens
      : this.#generation.completionTokens;
    const last: GenerationEventData[] = [
      { type: 'StatusChanged', status },
      { type: 'GenerationFinished', status, completionTokens, durationMs },
    ];
    const events = this.#writer.prepare(...last);
    await this.#store((generation, em) => {
      change(generation, now);
      addToOutbox(em, toCompleteEvent(generation, durationMs));
    }, events);
    await this.#publishEnd(events);
    this.dependencies.log.info({
      action: 'generation.finished',
      generationId: this.lease.generationId,
      userId: this.#generation.userId,
      status,
      tokensUsed: completionTokens,
      durationMs,
    });
  }

  /** What goes wrong here is mended by `sealFinished`: the end itself is stored. */
  async #publishEnd(events: readonly SequencedEvent[]): Promise<void> {
    const { streamLog, orm, log } = this.dependencies;
    const { generationId, epoch } = this.lease;
    try {
      this.#writer.publish(events);
      await this.#writer.settle();
      await streamLog.seal(toStreamName(generationId), epoch);
      await markSealed(orm.em.fork(), generationId);
    } catch (error) {
      log.warn({ action: 'generation.stream-not-sealed', generationId, error });
    }
  }
}

function toInterruption(): GenerationFailure {
  return new GenerationFailure(
    'GENERATION_INTERRUPTED',
    'The server stopped while the model answered. Start it again.',
  );
}

function toCompleteEvent(generation: Generation, durationMs: number) {
  const { id, userId, status, completionTokens } = generation;
  return createEvent('generation.complete', {
    source: 'ai-generation',
    subject: id,
    key: userId,
    data: {
      generationId: id,
      userId,
      projectId: generation.projectId,
      status: status as 'COMPLETED' | 'FAILED' | 'CANCELLED',
      // What could not be used costs nothing; what was produced until a stop is settled.
      chargeable: status === COMPLETED || (status === CANCELLED && completionTokens > 0),
      model: generation.model,
      provider: generation.provider,
      promptTokens: generation.promptTokens,
      completionTokens,
      durationMs,
      version: generation.versionNumber,
      errorCode: generation.errorCode,
    },
  });
}

function toFailure(cause: unknown): { code: string; message: string } {
  if (cause instanceof AppError) return cause;
  return { code: 'INTERNAL_ERROR', message: 'Something went wrong on our side.' };
}

/** The first line of a prompt, as the version's message. */
function toMessage(prompt: string): string {
  const characters = [...(prompt.trim().split('\n')[0] ?? '')];
  return characters.length > 120 ? `${characters.slice(0, 119).join('')}…` : characters.join('');
}

import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { createEvent } from '@vibecode/platform/events/event';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import type { Logger } from '@vibecode/platform/log';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import type { EventWriter } from './event.writer.ts';
import type { Generation } from './generation.entity.ts';
import { type SequencedEvent, toStreamName } from './generation.events.ts';
import {
  getLeased,
  insertEvents,
  type Lease,
  LeaseLostError,
  markSealed,
  renewLease,
} from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';

export interface JournalDependencies {
  readonly orm: MikroORM;
  readonly streamLog: StreamLog;
  readonly log: Logger;
}

/** What a job tells the world: each change of its generation is stored under the lease, together with the events so far. */
export class JobJournal {
  #generation: Generation;

  constructor(
    readonly dependencies: JournalDependencies,
    readonly lease: Lease,
    generation: Generation,
    readonly writer: EventWriter,
  ) {
    this.#generation = generation;
  }

  /** As it was stored last. */
  get generation(): Generation {
    return this.#generation;
  }

  /** @throws LeaseLostError */
  async transition(change: (generation: Generation) => void, status: GenerationStatus): Promise<void> {
    this.writer.write({ type: 'StatusChanged', status });
    await this.store(change);
  }

  /**
   * The changes wait for the user, or wait again. That is stored before any watcher sees it.
   *
   * @param settles whether billing is told to settle the answer
   * @throws LeaseLostError
   */
  async offer(change: (generation: Generation, em: EntityManager) => unknown, { settles }: { settles: boolean }) {
    const events = this.writer.prepare({ type: 'StatusChanged', status: GenerationStatus.REVIEW });
    const durationMs = Date.now() - this.#generation.createdAt.getTime();
    await this.store(async (generation, em) => {
      await change(generation, em);
      if (settles) addToOutbox(em, toCompleteEvent(generation, durationMs));
    }, events);
    this.writer.publish(events);
    await this.writer.settle();
  }

  /** @throws LeaseLostError */
  async store(
    change: (generation: Generation, em: EntityManager) => unknown,
    finalEvents: readonly SequencedEvent[] = [],
  ): Promise<void> {
    const events = this.writer.takeUnpersisted();
    try {
      this.#generation = await this.dependencies.orm.em.fork().transactional(async (em) => {
        const generation = await getLeased(em, this.lease);
        await change(generation, em);
        await insertEvents(em, generation.id, [...events, ...finalEvents]);
        return generation;
      });
    } catch (error) {
      this.writer.restoreUnpersisted(events);
      throw error;
    }
  }

  /**
   * The end is stored, with its event for the other services, before any watcher sees it.
   *
   * @throws LeaseLostError
   */
  async finish(
    change: (generation: Generation, now: Date) => void,
    status: GenerationStatus,
    completionTokens: number,
  ): Promise<void> {
    const { log } = this.dependencies;
    const now = new Date();
    const durationMs = now.getTime() - this.#generation.createdAt.getTime();
    const events = this.writer.prepare(
      { type: 'StatusChanged', status },
      { type: 'GenerationFinished', status, completionTokens, durationMs },
    );
    await this.store((generation, em) => {
      change(generation, now);
      addToOutbox(em, toCompleteEvent(generation, durationMs));
    }, events);
    const { id: generationId, userId } = this.#generation;
    await this.#publishEnd(events);
    log.info({ action: 'generation.finished', generationId, userId, status, tokensUsed: completionTokens, durationMs });
  }

  /** Lets another worker begin at once or after a delay, unless one has already. */
  async release(delayMs = 0): Promise<void> {
    try {
      await renewLease(this.dependencies.orm.em.fork(), this.lease, delayMs, this.writer.takeUnpersisted());
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
    }
  }

  /** What goes wrong here is mended by `sealFinished`: the end itself is stored. */
  async #publishEnd(events: readonly SequencedEvent[]): Promise<void> {
    const { streamLog, orm, log } = this.dependencies;
    const { generationId, epoch } = this.lease;
    try {
      this.writer.publish(events);
      await this.writer.settle();
      await streamLog.seal(toStreamName(generationId), epoch);
      await markSealed(orm.em.fork(), generationId);
    } catch (error) {
      log.warn({ action: 'generation.stream-not-sealed', generationId, error });
    }
  }
}

/** What other services learn of a generation that has ended, or whose answer is whole and waits for its user. */
export function toCompleteEvent(generation: Generation, durationMs: number) {
  const { id, userId, status, completionTokens } = generation;
  return createEvent('generation.complete', {
    source: 'ai-generation',
    subject: id,
    key: userId,
    data: {
      generationId: id,
      userId,
      projectId: generation.projectId,
      status: status as 'REVIEW' | 'COMPLETED' | 'FAILED' | 'CANCELLED',
      chargeable: generation.chargeable ?? false,
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

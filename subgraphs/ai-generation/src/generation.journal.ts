import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import type { JobRun } from '@vibecode/platform/jobs/job.run';
import type { Logger } from '@vibecode/platform/log';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { EventWriter, type RowChange } from './event.writer.ts';
import { storeEnd, toCompleteEvent, toEndEvents } from './generation.end.ts';
import { Generation } from './generation.entity.ts';
import type { SequencedEvent } from './generation.events.ts';
import { findEvents, findLastSeq, insertEvents } from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';
import { StreamSender } from './stream.sender.ts';

export interface JournalDependencies {
  readonly orm: MikroORM;
  readonly streamLog: StreamLog;
  readonly log: Logger;
}

/** What a job tells the world: events and changes of its generation, stored under the job's lease before any watcher sees them. */
export class GenerationJournal implements AsyncDisposable {
  readonly writer: EventWriter;
  readonly #sender: StreamSender;
  readonly #broken = new AbortController();

  private constructor(
    private readonly dependencies: JournalDependencies,
    private readonly job: JobRun,
    private row: Generation,
    lastSeq: number,
  ) {
    const { streamLog, log, orm } = dependencies;
    const { id: generationId, epoch } = job.claim;
    const load = (afterSeq: number) => findEvents(orm.em.fork(), generationId, afterSeq, Number.MAX_SAFE_INTEGER);
    this.#sender = new StreamSender({ streamLog, log, generationId, epoch, load });
    this.writer = new EventWriter({
      lastSeq,
      store: (events, changes) => this.#store(events, changes),
      publish: (events) => this.#sender.send(events),
      onFailure: (error) => this.#broken.abort(error),
    });
  }

  static async open(dependencies: JournalDependencies, job: JobRun): Promise<GenerationJournal> {
    const em = dependencies.orm.em.fork();
    const row = await em.findOneOrFail(Generation, { id: job.claim.id });
    const lastSeq = await findLastSeq(em, row.id);
    const journal = new GenerationJournal(dependencies, job, row, lastSeq);
    // That its changes were accepted was stored by no worker.
    if (row.reviewedAt !== null) journal.#sender.send(await findEvents(em, row.id, lastSeq - 1, 1));
    return journal;
  }

  /** As it was stored last. */
  get generation(): Generation {
    return this.row;
  }

  /** Aborted when the work should end early: by the job, or because nothing can be stored any more. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.job.signal, this.#broken.signal]);
  }

  /** Why nothing can be stored any more; null while it can. */
  get failure(): unknown {
    return this.#broken.signal.aborted ? this.#broken.signal.reason : null;
  }

  /** Resolves when it is stored. */
  async transition(change: RowChange, status: GenerationStatus): Promise<void> {
    this.writer.change(change, { type: 'StatusChanged', status });
    await this.writer.settle();
  }

  /**
   * The end is stored, with its event for the other services, before any watcher sees it.
   *
   * @param also changes what belongs to the generation, in the same transaction
   * @throws LeaseLostError
   */
  async finish(
    change: (generation: Generation, now: Date) => void,
    also: (em: EntityManager) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const now = new Date();
    // What could not be stored is stored with the end.
    await this.writer.settle().catch(() => undefined);
    change(this.row, now);
    const { id: generationId, userId, status, completionTokens: tokensUsed } = this.row;
    const events = await this.writer.close(...toEndEvents(this.row));
    await this.job.finish(async (em) => {
      const row = await em.findOneOrFail(Generation, { id: generationId });
      await also(em);
      change(row, now);
      await storeEnd(em, row, events);
    });
    this.dependencies.log.info({ action: 'generation.finished', generationId, userId, status, tokensUsed });
  }

  /**
   * The changes wait for the user, or wait again, and the job is parked. That is stored before any watcher sees it.
   *
   * @param change may run more than once, on a row read anew
   * @param settles whether billing is told to settle the answer
   * @throws LeaseLostError
   */
  async offer(
    change: (generation: Generation, em: EntityManager) => unknown,
    { settles }: { readonly settles: boolean },
  ): Promise<void> {
    const { id: generationId, userId } = this.row;
    // What could not be stored is stored with the offer.
    const events = await this.writer.close({ type: 'StatusChanged', status: GenerationStatus.REVIEW });
    await this.job.finish(async (em) => {
      const row = await em.findOneOrFail(Generation, { id: generationId });
      await change(row, em);
      await insertEvents(em, generationId, events);
      if (settles) addToOutbox(em, toCompleteEvent(row));
    }, 'PARKED');
    this.dependencies.log.info({ action: 'generation.offered', generationId, userId });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // After the end, whoever settles the job sends what is missing.
    if (!this.job.hasEnded) await this.writer.close();
    await this.#sender[Symbol.asyncDispose]();
  }

  async #store(events: readonly SequencedEvent[], changes: readonly RowChange[]): Promise<void> {
    let changed: Generation | null = null;
    await this.job.store(async (em) => {
      if (changes.length > 0) {
        changed = await em.findOneOrFail(Generation, { id: this.row.id });
        for (const change of changes) await change(changed, em);
      }
      await insertEvents(em, this.row.id, events);
    });
    if (changed) this.row = changed;
  }
}

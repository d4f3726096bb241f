import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { toAppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { JobQueue } from './job.queue.ts';
import { type ClaimedJob, JobEndedError, LeaseLostError, type LeaseState } from './job.ts';

/** Why a job has to stop before its end. */
export type StopReason = 'cancelled' | 'lease lost' | 'shutdown';

/** The reason of an aborted `JobRun.signal`. */
class JobStopped extends Error {
  override readonly name = 'JobStopped';
  constructor(readonly reason: StopReason) {
    super(`The job was stopped: ${reason}.`);
  }
}

const WEIGHT: Readonly<Record<StopReason, number>> = { cancelled: 0, shutdown: 1, 'lease lost': 2 };
const MIN_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/** One worker's work on one job, under one lease. */
export class JobRun {
  readonly #stop = new AbortController();
  readonly #over = new AbortController();
  #hasEnded: boolean;
  #renewedAt: number;
  #stopReason: StopReason | null = null;

  constructor(
    private readonly dependencies: { readonly orm: MikroORM; readonly queue: JobQueue; readonly log: Logger },
    readonly claim: ClaimedJob,
    /** By `performance.now()`, before the claim was asked for. */
    claimedAt: number,
  ) {
    this.#renewedAt = claimedAt;
    this.#hasEnded = claim.task === 'settle';
  }

  /** Aborted, with a `JobStopped`, when the work should end early. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Null while the work may go on. */
  get stopReason(): StopReason | null {
    return this.#stopReason;
  }

  /** The lease holds for `leaseMs` from then on; by `performance.now()`. */
  get renewedAt(): number {
    return this.#renewedAt;
  }

  /** Whether the end is stored. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What weighs more takes the place of the earlier reason: a user's wish, a shutdown, a lost lease. */
  stop(reason: StopReason): void {
    if (this.#stopReason === null || WEIGHT[reason] > WEIGHT[this.#stopReason]) this.#stopReason = reason;
    const stopped = new JobStopped(reason);
    this.#stop.abort(stopped);
    if (reason === 'lease lost') this.#over.abort(stopped);
  }

  renewed(state: LeaseState, askedAt: number): void {
    if (state === 'lost') this.stop('lease lost');
    else this.#renewedAt = askedAt;
    if (state === 'cancel') this.stop('cancelled');
  }

  /**
   * Ends or parks the job, and stores how in the same transaction. While the database is away it is tried again, as long as the lease
   * may hold, so `change` runs more than once: it may do nothing but change entities of the `em` that it is given. A full disk
   * and what a service refuses are not tried again.
   *
   * @throws LeaseLostError, and what the last attempt threw
   */
  async finish(change: (em: EntityManager) => Promise<void>, end?: 'ENDED' | 'PARKED'): Promise<void> {
    const { queue } = this.dependencies;
    await this.#persist(async (em) => {
      await queue.finish(em, this.claim, end);
      await change(em);
    });
    this.#hasEnded = true;
  }

  /**
   * Gives the job back to the queue, at the head of its user's.
   *
   * @throws LeaseLostError
   */
  async release(): Promise<void> {
    const { queue, orm } = this.dependencies;
    await queue.release(orm.em.fork(), this.claim);
  }

  /**
   * Stores how far the job is, under its lease; tried again like `finish`.
   *
   * @throws LeaseLostError, and what the last attempt threw
   */
  async store(change: (em: EntityManager) => Promise<void>): Promise<void> {
    const { queue } = this.dependencies;
    await this.#persist(async (em) => {
      await queue.assertHeld(em, this.claim);
      await change(em);
    });
  }

  async #persist(work: (em: EntityManager) => Promise<void>): Promise<void> {
    const { orm, queue, log } = this.dependencies;
    const until = performance.now() + queue.leaseMs;
    let pauseMs = MIN_PAUSE_MS;
    for (let attempt = 1; ; attempt += 1) {
      if (this.#over.signal.aborted) throw new LeaseLostError(this.claim);
      try {
        return await orm.em.fork().transactional(work);
      } catch (error) {
        // An earlier attempt was committed, and its answer lost.
        if (error instanceof JobEndedError && attempt > 1) return;
        const isFinal = error instanceof LeaseLostError || error instanceof JobEndedError || toAppError(error) !== null;
        if (isFinal || performance.now() + pauseMs > until) throw error;
        log.warn({ action: 'job.not-stored', jobId: this.claim.id, error }, 'it is tried again');
      }
      // Aborted: the lease is over, which the next round says.
      await delay(pauseMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
    }
  }
}

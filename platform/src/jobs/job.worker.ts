import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Broadcast } from '../broadcast/broadcast.ts';
import { startInterval } from '../interval.ts';
import type { Logger } from '../log.ts';
import type { ServiceName } from '../services.ts';
import type { JobQueue } from './job.queue.ts';
import { JobRun } from './job.run.ts';
import { type ClaimedJob, LeaseLostError } from './job.ts';

export interface JobWorkerOptions {
  readonly service: ServiceName;
  readonly orm: MikroORM;
  readonly queue: JobQueue;
  readonly broadcast: Broadcast;
  readonly log: Logger;
  /** Jobs that this instance works on at once. Those taken over from dead workers come on top. */
  readonly concurrency: number;
  /** Jobs of one lane that this instance works on at once. Default: `concurrency`. */
  readonly laneConcurrency?: number;
  /** Lanes that `laneConcurrency` does not bound. Default none. */
  readonly freeLanes?: readonly string[];
  /**
   * Works on a job to its end, which it stores by `job.finish`. When it rejects, the job is taken up again once its lease has
   * run out.
   */
  readonly run: (job: JobRun) => Promise<void>;
  /** Works on a job whose worker is dead. Default: `run`. */
  readonly recover?: (job: JobRun) => Promise<void>;
  /**
   * Tells whoever watches that a job has ended, as its stored row says. May run more than once, also on another instance and
   * under a later epoch. When it rejects, it is tried again once the lease has run out.
   */
  readonly settle?: (job: JobRun) => Promise<void>;
  /** Runs in the transaction that takes a job from the queue. */
  readonly onClaimed?: (em: EntityManager, job: ClaimedJob) => Promise<void>;
  /** Whether no other instance can be at work on this database: leases found at the start belong to the dead. Default false. */
  readonly alone?: boolean;
  /** How often to look for what nothing told of: starts of other instances, leases that ran out. Default 1,000. */
  readonly pollMs?: number;
}

/** Works through a queue until disposed; then stops what runs, and waits for it. */
export interface JobWorker extends AsyncDisposable {
  /** Look now: something was queued. */
  wake(): void;
  /** Stops a running job, on whichever instance, once `JobQueue.cancel` has marked it. */
  stop(id: string): Promise<void>;
}

/** Renewals that may fail before a lease has run out. */
const RENEWALS_PER_LEASE = 5;
const FORGET_INTERVAL_MS = 3_600_000;
const IDLE_USER_MS = 7 * 24 * 3_600_000;

export async function startJobWorker(options: JobWorkerOptions): Promise<JobWorker> {
  const worker = new Worker(options);
  await worker.start();
  return worker;
}

class Worker implements JobWorker {
  readonly #options: JobWorkerOptions;
  readonly #channel: string;
  readonly #running = new Map<string, { readonly job: JobRun; readonly done: Promise<void> }>();
  readonly #resources = new AsyncDisposableStack();
  #looking: Promise<void> | null = null;
  #again = false;
  #disposed = false;

  constructor(options: JobWorkerOptions) {
    this.#options = options;
    this.#channel = `jobs.${options.service}.stop`;
  }

  async start(): Promise<void> {
    const { orm, queue, broadcast, log, alone = false, pollMs = 1_000 } = this.#options;
    if (alone) await queue.abandonAll(orm.em.fork());
    this.#resources.use(await broadcast.subscribe(this.#channel, (id) => this.#running.get(id)?.job.stop('cancelled')));
    const renewMs = queue.leaseMs / RENEWALS_PER_LEASE;
    this.#resources.use(startInterval('jobs.renew', renewMs, () => this.#renewLeases(), log));
    const watch = setInterval(() => this.#stopExpired(renewMs), renewMs);
    this.#resources.defer(() => clearInterval(watch));
    this.#resources.use(startInterval('jobs.poll', pollMs, async () => this.wake(), log));
    this.#resources.use(
      startInterval('jobs.forget', FORGET_INTERVAL_MS, () => queue.forgetIdleUsers(orm.em.fork(), IDLE_USER_MS), log),
    );
    this.wake();
  }

  wake(): void {
    this.#again = true;
    this.#looking ??= this.#lookUntilDone().finally(() => {
      this.#looking = null;
    });
  }

  async stop(id: string): Promise<void> {
    await this.#options.broadcast.publish(this.#channel, id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#looking;
    for (const { job } of this.#running.values()) job.stop('shutdown');
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    await this.#resources.disposeAsync();
  }

  async #lookUntilDone(): Promise<void> {
    const { log, service } = this.#options;
    while (this.#again && !this.#disposed) {
      this.#again = false;
      try {
        await this.#look();
      } catch (error) {
        log.warn({ action: 'jobs.look', error }, `the jobs of ${service} could not be read; they are looked at again`);
      }
    }
  }

  async #look(): Promise<void> {
    const { orm, queue, concurrency, onClaimed } = this.#options;
    while (!this.#disposed) {
      const startedAt = performance.now();
      const job = await queue.claimAbandoned(orm.em.fork());
      if (!job) break;
      this.#begin(job, startedAt);
    }
    while (!this.#disposed && this.#running.size < concurrency) {
      const startedAt = performance.now();
      const job = await queue.claim(orm.em.fork(), {
        busyLanes: this.#findBusyLanes(),
        ...(onClaimed ? { onClaimed } : {}),
      });
      if (!job) break;
      this.#begin(job, startedAt);
    }
  }

  #begin(claimed: ClaimedJob, startedAt: number): void {
    const { orm, queue, log } = this.#options;
    const job = new JobRun({ orm, queue, log }, claimed, startedAt);
    const { id } = claimed;
    const done = this.#work(job)
      .catch((error: unknown) => {
        if (error instanceof LeaseLostError) log.warn({ action: 'job.lost', jobId: id }, 'another worker has the job');
        else log.error({ action: 'job.failed', jobId: id, error }, 'the job is taken up again when its lease is over');
      })
      .finally(() => {
        if (this.#running.get(id)?.job === job) this.#running.delete(id);
        this.wake();
      });
    // A job that this instance itself has lost and taken up again: the earlier run has to end.
    this.#running.get(id)?.job.stop('lease lost');
    this.#running.set(id, { job, done });
  }

  async #work(job: JobRun): Promise<void> {
    const { orm, queue, run, recover = run, settle } = this.#options;
    const { task } = job.claim;
    if (task !== 'settle') await (task === 'run' ? run : recover)(job);
    if (!job.hasEnded) return;
    await settle?.(job);
    await queue.remove(orm.em.fork(), job.claim);
  }

  #findBusyLanes(): string[] {
    const { concurrency, laneConcurrency = concurrency, freeLanes = [] } = this.#options;
    const lanes = Map.groupBy(this.#running.values(), ({ job }) => job.claim.lane);
    return [...lanes]
      .filter(([lane, jobs]) => jobs.length >= laneConcurrency && !freeLanes.includes(lane))
      .map(([lane]) => lane);
  }

  async #renewLeases(): Promise<void> {
    const { orm, queue } = this.#options;
    const jobs = [...this.#running.values()].map(({ job }) => job);
    const startedAt = performance.now();
    const states = await queue.renew(
      orm.em.fork(),
      jobs.map(({ claim }) => claim),
    );
    for (const [index, job] of jobs.entries()) job.renewed(states[index]!, startedAt);
  }

  /** A worker that cannot renew must stop before another one begins. */
  #stopExpired(withinMs: number): void {
    const { leaseMs } = this.#options.queue;
    for (const { job } of this.#running.values()) {
      if (performance.now() + withinMs >= job.renewedAt + leaseMs) job.stop('lease lost');
    }
  }
}

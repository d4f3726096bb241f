import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import { CANCEL_CHANNEL } from './generation.events.ts';
import { GenerationJob, type JobDependencies } from './generation.job.ts';
import { claimNext, expireLeases, takeExpiringHolds } from './generation.repository.ts';
import { sealFinished } from './generation.stream.ts';
import { HOLD_MARGIN_MS, LEASE_MS } from './job.lease.ts';

export interface JobRunnerOptions extends JobDependencies {
  readonly broadcast: Broadcast;
  /** Generations of one model that this instance works on at once. */
  readonly modelConcurrency: number;
  /** Whether no other instance can be at work on this database: then leases found at the start belong to the dead. */
  readonly alone: boolean;
  /** How often to look for what nothing told of: leases that ran out, starts of other instances. Default 1,000. */
  readonly pollIntervalMs?: number;
}

/** Works through the queue until disposed; then stops what runs, and stores how far it got. */
export interface JobRunner extends AsyncDisposable {
  /** Look now: something was queued. */
  wake(): void;
}

const UPKEEP_INTERVAL_MS = 5_000;

export async function startJobRunner(options: JobRunnerOptions): Promise<JobRunner> {
  const runner = new Runner(options);
  await runner.start();
  return runner;
}

class Runner implements JobRunner {
  readonly #owner = randomUUID();
  readonly #jobs = new Map<
    string,
    { readonly job: GenerationJob; readonly model: string; readonly done: Promise<void> }
  >();
  readonly #stop = new AbortController();
  #awake = Promise.withResolvers<void>();
  #upkeepAt = 0;
  #looping: Promise<void> = Promise.resolve();
  #subscription: AsyncDisposable | null = null;

  constructor(readonly options: JobRunnerOptions) {}

  async start(): Promise<void> {
    const { orm, broadcast, alone } = this.options;
    if (alone) await expireLeases(orm.em.fork());
    this.#subscription = await broadcast.subscribe(CANCEL_CHANNEL, (generationId) => {
      this.#jobs.get(generationId)?.job.stop('cancelled');
      this.wake();
    });
    this.#looping = this.#loop();
  }

  wake(): void {
    this.#awake.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#subscription?.[Symbol.asyncDispose]();
    await this.#looping;
    for (const { job } of this.#jobs.values()) job.stop('shutdown');
    await Promise.all([...this.#jobs.values()].map(({ done }) => done));
  }

  async #loop(): Promise<void> {
    const { log, pollIntervalMs = 1_000 } = this.options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#awake = Promise.withResolvers();
      try {
        await this.#startJobs();
        await this.#doUpkeep();
      } catch (error) {
        log.warn({ action: 'queue.failed', error }, 'the queue will be looked at again');
      }
      const pause = new AbortController();
      const paused = delay(pollIntervalMs, undefined, { signal: AbortSignal.any([signal, pause.signal]) });
      // `paused` rejects only when it is aborted, which ends the wait.
      await Promise.race([this.#awake.promise, paused.catch(() => undefined)]);
      pause.abort();
    }
  }

  async #startJobs(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const claim = await claimNext(this.options.orm.em.fork(), {
        owner: this.#owner,
        busyModels: this.#findBusyModels(),
        leaseMs: LEASE_MS,
      });
      if (!claim) return;
      const { generationId } = claim.lease;
      const job = new GenerationJob(this.options, claim.lease);
      const done = job
        .run()
        .catch((error) => this.options.log.error({ action: 'generation.crashed', generationId, error }))
        .finally(() => {
          if (this.#jobs.get(generationId)?.job === job) this.#jobs.delete(generationId);
          this.wake();
        });
      this.#jobs.set(generationId, { job, model: claim.model, done });
    }
  }

  #findBusyModels(): string[] {
    const running = Map.groupBy(this.#jobs.values(), ({ model }) => model);
    return [...running].filter(([, jobs]) => jobs.length >= this.options.modelConcurrency).map(([model]) => model);
  }

  /** Holds of those that wait, and ends that a dead worker could not tell. */
  async #doUpkeep(): Promise<void> {
    if (performance.now() < this.#upkeepAt) return;
    this.#upkeepAt = performance.now() + UPKEEP_INTERVAL_MS;
    const { orm, streamLog, billing, log } = this.options;
    await sealFinished(orm.em.fork(), streamLog);
    const expiring = await takeExpiringHolds(orm.em.fork(), { marginMs: HOLD_MARGIN_MS, holdMs: HOLD_MARGIN_MS * 1.5 });
    await Promise.all(
      expiring.map(({ id, userId }) =>
        // One that is lost for good is noticed when the generation's turn comes.
        billing
          .renewHold(userId, id)
          .catch((error) => log.warn({ action: 'hold.not-renewed', generationId: id, error })),
      ),
    );
  }
}

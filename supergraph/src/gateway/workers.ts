import cluster, { type Worker } from 'node:cluster';
import { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { AggregatorRegistry, type RegistryContentType } from 'prom-client';
import { RateLimiterClusterMaster } from 'rate-limiter-flexible';
import { isWorkerMessage, type WorkerMessage } from '../request/worker.channel.ts';

export interface WorkersOptions {
  /** How many processes serve the port. At least 1. */
  readonly count: number;
  readonly log: Logger;
  /** Time before a worker that ended is started again, doubled for each further one up to 5 s. Default 100. */
  readonly restartMs?: number;
}

/** Processes that serve one port together. */
export interface RunningWorkers extends AsyncDisposable {
  /** Where all of them serve. */
  readonly url: string;
  /** Process ids, for operators. */
  readonly pids: readonly number[];
}

const MAX_RESTART_MS = 5_000;
/** A worker that lived so long did not end because of how it was started. */
const STEADY_MS = 30_000;
const STOP_TIMEOUT_MS = 90_000;

/**
 * Starts this program as several workers (`node:cluster`) behind one port: connections go to each in turn, a worker that ends is
 * started again, and limits, metrics and renewed tokens hold over all of them. To be called in the first process; the workers
 * find out by `cluster.isWorker`, serve, and announce that they are ready.
 *
 * @throws AppError `GATEWAY_WORKER_FAILED` when the first worker cannot start: it has printed why
 */
export async function startWorkers({ count, log, restartMs = 100 }: WorkersOptions): Promise<RunningWorkers> {
  // Both answer what workers ask by messages, and must be there before the first of them.
  new RateLimiterClusterMaster();
  const metrics = new AggregatorRegistry();
  const pool = new WorkerPool(log, restartMs, metrics);
  // One first: what is wrong with the configuration is printed once, and plans are warmed on a quiet machine.
  const url = await pool.startFirst();
  for (let started = 1; started < count; started += 1) pool.start();
  await pool.whenServing(count);
  log.info({ action: 'gateway.workers.started', url, workers: count });
  return {
    url,
    get pids() {
      return pool.pids;
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

class WorkerPool implements AsyncDisposable {
  readonly #serving = new Set<Worker>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #url: string | null = null;
  /** In a row, of workers that did not live long. */
  #failures = 0;
  #isStopping = false;
  #onServing: (() => void) | null = null;

  constructor(
    private readonly log: Logger,
    private readonly restartMs: number,
    private readonly metrics: AggregatorRegistry<RegistryContentType>,
  ) {}

  get pids(): number[] {
    return this.#workers.flatMap(({ process }) => process.pid ?? []);
  }

  startFirst(): Promise<string> {
    const first = this.start();
    return new Promise((resolve, reject) => {
      this.#onServing = () => resolve(this.#url as string);
      first.once('exit', (code, signal) => {
        if (this.#url !== null) return;
        this.#isStopping = true;
        const what = signal ? `the signal ${signal}` : `the exit code ${code}`;
        reject(new AppError('GATEWAY_WORKER_FAILED', `The first worker ended with ${what} before it served.`));
      });
    });
  }

  async whenServing(count: number): Promise<void> {
    if (this.#serving.size >= count) return;
    await new Promise<void>((resolve) => {
      this.#onServing = () => {
        if (this.#serving.size >= count) resolve();
      };
    });
  }

  start(): Worker {
    const worker = cluster.fork();
    const startedAtMs = performance.now();
    worker.on('message', (message: unknown) => {
      if (isWorkerMessage(message)) this.#take(worker, message);
    });
    worker.once('exit', (code, signal) => this.#ended(worker, code, signal, performance.now() - startedAtMs));
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    await Promise.all(this.#workers.map(stop));
  }

  get #workers(): Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker): worker is Worker => worker !== undefined);
  }

  #take(from: Worker, message: WorkerMessage): void {
    switch (message.gateway) {
      case 'ready':
        this.#url ??= message.url;
        this.#serving.add(from);
        this.#onServing?.();
        return;
      case 'renewed':
      case 'call-cancelled':
        for (const worker of this.#workers) if (worker !== from) send(worker, message);
        return;
      case 'metrics-wanted':
        void this.#answerMetrics(from, message.id);
        return;
      case 'metrics':
        return;
    }
  }

  async #answerMetrics(to: Worker, id: number): Promise<void> {
    let text: string | null = null;
    try {
      text = await this.metrics.clusterMetrics();
    } catch (error) {
      this.log.warn({ action: 'gateway.metrics.incomplete', error }, 'A worker did not tell its metrics in time.');
    }
    send(to, { gateway: 'metrics', id, text });
  }

  #ended(worker: Worker, code: number | null, signal: string | null, livedMs: number): void {
    this.#serving.delete(worker);
    if (this.#isStopping || this.#url === null) return;
    this.#failures = livedMs > STEADY_MS ? 0 : this.#failures + 1;
    const delayMs = Math.min(this.restartMs * 2 ** Math.max(0, this.#failures - 1), MAX_RESTART_MS);
    this.log.error(
      { action: 'gateway.worker.ended', pid: worker.process.pid, code, signal, restartInMs: delayMs },
      'A worker ended. Its connections are cut; another takes its place.',
    );
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.start();
    }, delayMs);
    this.#restarts.add(timer);
  }
}

function send(worker: Worker, message: WorkerMessage): void {
  // A worker that is just ending has nothing to do with it any more.
  if (worker.isConnected()) worker.send(message);
}

async function stop(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.process.kill('SIGTERM');
  const cut = setTimeout(() => worker.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(cut);
}

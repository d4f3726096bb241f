import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../log.ts';
import type { PGliteWorkerData, PGliteWorkerMessage } from './pglite.worker.ts';

/** Pauses between attempts to restart a lost database. */
const [FIRST_PAUSE_MS, MAX_PAUSE_MS] = [100, 5_000];
/** Time for a stopping database to write its data. After that it is terminated, and recovers at the next start. */
const STOP_LIMIT_MS = 8_000;

export interface StartedWorker {
  readonly worker: Worker;
  readonly message: PGliteWorkerMessage;
}

export interface StartWorkerOptions {
  /** Called with the thread's messages after its start. */
  readonly onMessage?: (message: PGliteWorkerMessage) => void;
  /** Cancels a start. */
  readonly signal?: AbortSignal;
}

/**
 * Starts the database's thread and waits for its first message.
 *
 * @throws Error if the thread ends before that
 */
export async function startWorker(
  data: PGliteWorkerData,
  { onMessage = () => undefined, signal }: StartWorkerOptions = {},
): Promise<StartedWorker> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./pglite.worker.${extension}`, import.meta.url), { workerData: data });
  const end = () => void worker.terminate();
  signal?.addEventListener('abort', end);
  const message = await new Promise<PGliteWorkerMessage>((resolve, reject) => {
    worker.on('message', (message: PGliteWorkerMessage) => {
      if (message.type === 'ready' || message.type === 'dumped') resolve(message);
      else onMessage(message);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The embedded database ended during its start with code ${code}.`)));
  }).finally(() => signal?.removeEventListener('abort', end));
  // This listener stays, because an unhandled error event would end the process.
  worker.on('error', (error) => onMessage({ type: 'broken', reason: String(error) }));
  return { worker, message };
}

export async function stopWorker(worker: Worker): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage('stop');
  const limit = setTimeout(() => void worker.terminate(), STOP_LIMIT_MS);
  await exited;
  clearTimeout(limit);
}

export interface SupervisedDatabase {
  readonly socketPath: string;
  readonly dataDir: string;
  /** The initial contents of a new data directory. */
  readonly initial: Uint8Array | undefined;
  readonly log: Logger | undefined;
}

/**
 * Runs the database's thread. If the thread ends by itself, it is restarted after growing pauses: it recovers from its files and
 * listens on the same socket, to which clients reconnect. Disposing stops it.
 *
 * @throws Error if the first start fails
 */
export async function superviseWorker(options: SupervisedDatabase): Promise<AsyncDisposable> {
  const { socketPath, dataDir, initial, log } = options;
  const stop = new AbortController();
  const start = (data: PGliteWorkerData) =>
    startWorker(data, { onMessage: (message) => report(message, log), signal: stop.signal });
  let { worker } = await start({ socketPath, dataDir, ...(initial ? { initial } : {}) });
  let restarting: Promise<void> = Promise.resolve();
  watch();

  function watch(): void {
    worker.once('exit', () => {
      if (!stop.signal.aborted) restarting = restart();
    });
  }

  async function restart(): Promise<void> {
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      try {
        await delay(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt), undefined, { signal: stop.signal });
        ({ worker } = await start({ socketPath, dataDir }));
        log?.warn({ action: 'database.restarted', attempt }, 'The embedded database has restarted');
        watch();
        return;
      } catch (error) {
        if (stop.signal.aborted) return;
        log?.error(
          { action: 'database.restart-failed', attempt, error },
          'The embedded database could not be restarted; the next attempt follows',
        );
      }
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await restarting;
      if (worker.threadId > 0) await stopWorker(worker);
    },
  };
}

function report(message: PGliteWorkerMessage, log: Logger | undefined): void {
  if (message.type === 'broken') {
    log?.error(
      { action: 'database.lost', reason: message.reason },
      'The embedded database was lost and is being restarted',
    );
  } else if (message.type === 'storage') {
    const { full, freeBytes } = message;
    if (full) log?.error({ action: 'storage.full', freeBytes }, 'The disk is full: the embedded database is read-only');
    else
      log?.info(
        { action: 'storage.free', freeBytes },
        'The disk has free space again: the embedded database accepts writes',
      );
  }
}

import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PGliteWorkerData, PGliteWorkerMessage } from './pglite.worker.ts';

/** PostgreSQL 18 with pgvector in this process, reached like a server. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** For `pg`; the database and user are PGlite's only ones. */
  readonly url: string;
}

export interface EmbeddedPostgresOptions {
  /** Where the data is kept; made when absent. Left out: in memory, gone at the end. */
  readonly dataDir?: string;
}

/**
 * Starts PGlite in a worker thread and a server for it on a free loopback port.
 *
 * Making a database cluster takes seconds, so the first one made on a machine is kept beside the packages and later
 * ones begin as its copy.
 *
 * @throws Error when the directory cannot be written or holds no usable data
 */
export async function startEmbeddedPostgres({ dataDir }: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const fresh = !dataDir || !existsSync(join(dataDir, 'PG_VERSION'));
  if (dataDir) await mkdir(dataDir, { recursive: true });
  const initial = fresh ? await readTemplate() : undefined;
  const { worker, message } = await startWorker({ ...(dataDir ? { dataDir } : {}), ...(initial ? { initial } : {}) });
  if (message.type !== 'ready') throw new Error(`The database worker answered '${message.type}', expected 'ready'.`);
  return {
    url: `postgres://postgres@127.0.0.1:${message.port}/postgres`,
    [Symbol.asyncDispose]: () => stop(worker),
  };
}

async function readTemplate(): Promise<Uint8Array> {
  const path = join(cacheDirectory(), 'cluster.tar.gz');
  if (existsSync(path)) return readFile(path);
  const { worker, message } = await startWorker({ dump: true });
  await stop(worker);
  if (message.type !== 'dumped') throw new Error(`The database worker answered '${message.type}', expected 'dumped'.`);
  // Several processes may get here at once; each writes a whole file and the last one stays.
  const part = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(part, message.tar);
  await rename(part, path);
  return message.tar;
}

function cacheDirectory(): string {
  const packages = dirname(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')));
  return join(packages, '..', '..', '.cache', 'vibecode-pglite');
}

async function startWorker(data: PGliteWorkerData): Promise<{ worker: Worker; message: PGliteWorkerMessage }> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./pglite.worker.${extension}`, import.meta.url), { workerData: data });
  const message = await new Promise<PGliteWorkerMessage>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The embedded database ended at start with code ${code}.`)));
  });
  return { worker, message };
}

async function stop(worker: Worker): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage('stop');
  await exited;
}

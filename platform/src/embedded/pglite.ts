import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Logger } from '../log.ts';
import { startWorker, stopWorker, superviseWorker } from './pglite.supervisor.ts';
import { ensurePrivateDirectory, makePrivate, toSocketPath } from './private.files.ts';

/** PostgreSQL 18 with pgvector in this process, for ordinary PostgreSQL clients. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** URL for `pg`. Its host is the directory of a Unix socket. PGlite has only one database and one user. */
  readonly url: string;
}

export interface EmbeddedPostgresOptions {
  /** Directory of the data; created if it is missing. Without it, the data is in memory and lost at the end. */
  readonly dataDir?: string;
  /** Logs a full disk and restarts of the database. */
  readonly log?: Logger;
}

/** The socket's name for PostgreSQL's clients. Source: https://www.postgresql.org/docs/18/runtime-config-connection.html */
const SOCKET_NAME = '.s.PGSQL.5432';

/**
 * Starts PGlite in a worker thread and a server for it on a Unix socket. The database has no password: only this account can
 * reach the socket and read the files.
 *
 * Creating a database cluster takes seconds. The first cluster on a machine is therefore stored beside the packages, and later
 * clusters start as its copy.
 *
 * @throws Error if the directory cannot be written or has no usable data
 */
export async function startEmbeddedPostgres({ dataDir, log }: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  await using started = new AsyncDisposableStack();
  const fresh = dataDir ? await prepareDirectory(dataDir) : true;
  const initial = fresh ? await readTemplate() : undefined;
  const socketDirectory = dataDir ? `${dataDir}.run` : await createTemporaryDirectory(started);
  await ensurePrivateDirectory(socketDirectory);
  const socketPath = await toSocketPath(socketDirectory, SOCKET_NAME);
  if (dataDir) {
    started.use(await superviseWorker({ socketPath, dataDir, initial, log }));
    // PGlite creates some files with other modes, inside a directory that is private.
    await makePrivate(dataDir);
    await rm(toUnfinishedMark(dataDir), { force: true });
  } else {
    // It is not restarted, because its data was in memory.
    const { worker } = await startWorker({ socketPath, ...(initial ? { initial } : {}) });
    started.defer(() => stopWorker(worker));
  }
  const running = started.move();
  return {
    url: `postgres://postgres@${encodeURIComponent(dirname(socketPath))}:5432/postgres`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A file beside the data directory that exists until the first start has succeeded. */
const toUnfinishedMark = (dataDir: string) => `${dataDir}.unfinished`;

/** Removes the data of an interrupted first start. @returns whether there is no data yet */
async function prepareDirectory(dataDir: string): Promise<boolean> {
  const mark = toUnfinishedMark(dataDir);
  if (existsSync(mark)) await rm(dataDir, { recursive: true, force: true });
  await ensurePrivateDirectory(dataDir);
  await makePrivate(dataDir);
  const fresh = !existsSync(join(dataDir, 'PG_VERSION'));
  if (fresh) await writeFile(mark, '', { mode: 0o600 });
  return fresh;
}

/** Creates a temporary directory, which `mkdtemp` makes private. */
async function createTemporaryDirectory(started: AsyncDisposableStack): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'vibecode-'));
  started.defer(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function readTemplate(): Promise<Uint8Array> {
  const path = join(cacheDirectory(), 'cluster.tar.gz');
  try {
    return await readFile(path);
  } catch {
    // The template is missing or belongs to another account. A new cluster takes longer, and nothing is lost.
  }
  const { worker, message } = await startWorker({});
  await stopWorker(worker);
  if (message.type !== 'dumped') throw new Error(`The database worker sent '${message.type}'; expected 'dumped'.`);
  await keepTemplate(path, message.tar);
  return message.tar;
}

/** Stores the template. Several processes may do so at the same time: each writes a complete file, and the last one stays. */
async function keepTemplate(path: string, tar: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}`;
  try {
    await ensurePrivateDirectory(dirname(path));
    await writeFile(part, tar, { mode: 0o600 });
    await rename(part, path);
  } catch {
    // The packages are not writable, or the disk is full. The next start creates a cluster again.
    // If the file could not be written, it need not be removed.
    await rm(part, { force: true }).catch(() => undefined);
  }
}

function cacheDirectory(): string {
  const packages = dirname(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')));
  return join(packages, '..', '..', '.cache', 'vibecode-pglite');
}

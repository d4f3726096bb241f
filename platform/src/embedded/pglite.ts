import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Logger } from '../log.ts';
import { startWorker, stopWorker, superviseWorker } from './pglite.supervisor.ts';
import { ensurePrivateDirectory, makePrivate, toSocketPath } from './private.files.ts';

/** PostgreSQL 18 with pgvector in this process, reached like a server. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** For `pg`; the database and user are PGlite's only ones. Its host is the directory of a Unix socket. */
  readonly url: string;
}

export interface EmbeddedPostgresOptions {
  /** Where the data is kept; made when absent. Left out: in memory, gone at the end. */
  readonly dataDir?: string;
  /** Told when the disk becomes full or the database had to be started again. Left out: nobody is. */
  readonly log?: Logger;
}

/** What PostgreSQL's clients look for in the directory of a socket. Source: https://www.postgresql.org/docs/18/runtime-config-connection.html */
const SOCKET_NAME = '.s.PGSQL.5432';

/**
 * Starts PGlite in a worker thread and a server for it on a Unix socket. The database asks for no password: only this
 * account can reach the socket, and only this account can read the files.
 *
 * Making a database cluster takes seconds, so the first one made on a machine is kept beside the packages and later
 * ones begin as its copy.
 *
 * @throws Error when the directory cannot be written or holds no usable data
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
    // PGlite gives some files modes of its own, inside a directory that is private already.
    await makePrivate(dataDir);
    await rm(toUnfinishedMark(dataDir), { force: true });
  } else {
    // Not started again when it is lost: what it held is gone with it.
    const { worker } = await startWorker({ socketPath, ...(initial ? { initial } : {}) });
    started.defer(() => stopWorker(worker));
  }
  const running = started.move();
  return {
    url: `postgres://postgres@${encodeURIComponent(dirname(socketPath))}:5432/postgres`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Stands beside a data directory until its first start has succeeded. */
const toUnfinishedMark = (dataDir: string) => `${dataDir}.unfinished`;

/** @returns whether there is no data yet; what a first start left that was cut off counts as none */
async function prepareDirectory(dataDir: string): Promise<boolean> {
  const mark = toUnfinishedMark(dataDir);
  if (existsSync(mark)) await rm(dataDir, { recursive: true, force: true });
  await ensurePrivateDirectory(dataDir);
  await makePrivate(dataDir);
  const fresh = !existsSync(join(dataDir, 'PG_VERSION'));
  if (fresh) await writeFile(mark, '', { mode: 0o600 });
  return fresh;
}

/** `mkdtemp` makes it private. */
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
    // Absent, or made by another account: a cluster is made, which takes longer and loses nothing.
  }
  const { worker, message } = await startWorker({});
  await stopWorker(worker);
  if (message.type !== 'dumped') throw new Error(`The database worker answered '${message.type}', expected 'dumped'.`);
  await keepTemplate(path, message.tar);
  return message.tar;
}

/** Several processes may get here at once; each writes a whole file and the last one stays. */
async function keepTemplate(path: string, tar: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}`;
  try {
    await ensurePrivateDirectory(dirname(path));
    await writeFile(part, tar, { mode: 0o600 });
    await rename(part, path);
  } catch {
    // Packages that this account may not write to, or a full disk: the next start makes a cluster again.
    // Where nothing can be written there is nothing to remove.
    await rm(part, { force: true }).catch(() => undefined);
  }
}

function cacheDirectory(): string {
  const packages = dirname(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')));
  return join(packages, '..', '..', '.cache', 'vibecode-pglite');
}

import { access, chmod, constants, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { serviceNames } from '../services.ts';
import { makePrivate, toSocketPath } from './private.files.ts';

/** The data directory is not usable: another process uses it, or it cannot be written. */
export class DirectoryUnusableError extends Error {
  override readonly name = 'DirectoryUnusableError';
}

/** The entries that this system creates in its data directory. */
const CONTENTS: readonly string[] = [
  'postgres',
  'postgres.run',
  'postgres.unfinished',
  'dead-letters',
  'demo-login.json',
  ...serviceNames,
];
const LOG_NAME = /^vibecode\.log(\.\d+)?$/;
const LOCK_NAME = 'lock.sock';

/**
 * Locks a data directory for this process, because two databases on the same files would destroy them. Other accounts of the
 * machine lose all access to its contents, also to files that an earlier version left accessible.
 *
 * The lock is a socket that this process listens on, so that it is released when the process ends in any way.
 *
 * @throws DirectoryUnusableError if another process holds the lock, or the directory cannot be created or written
 */
export async function lockDirectory(directory: string): Promise<AsyncDisposable> {
  const refuse = (error: NodeJS.ErrnoException): never => {
    throw new DirectoryUnusableError(
      `The data directory '${directory}' is not usable: ${error.message}. Choose another directory with DATA_DIR.`,
      { cause: error },
    );
  };
  await makeDirectory(resolve(directory)).catch(refuse);
  await closeDirectory(directory).catch(refuse);
  const path = await toSocketPath(directory, LOCK_NAME).catch(refuse);
  const server = await listen(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    if (await answers(path)) {
      throw new DirectoryUnusableError(
        `Another process uses the data in '${directory}'. Stop it, or choose another directory with DATA_DIR.`,
      );
    }
    await rm(path);
    return listen(path);
  });
  const lock = {
    async [Symbol.asyncDispose]() {
      await new Promise((done) => server.close(done));
    },
  };
  await closeContents(directory).catch(async (error: NodeJS.ErrnoException) => {
    await lock[Symbol.asyncDispose]();
    refuse(error);
  });
  return lock;
}

/**
 * Makes a directory private, unless it has other contents too (a home, `/tmp`) and may belong to other users. The entries that
 * this system creates are private in any case.
 */
async function closeDirectory(directory: string): Promise<void> {
  const names = await readdir(directory);
  if (names.every(isOurs)) await chmod(directory, 0o700);
}

async function closeContents(directory: string): Promise<void> {
  for (const name of await readdir(directory)) if (isOurs(name)) await makePrivate(join(directory, name));
}

function isOurs(name: string): boolean {
  return CONTENTS.includes(name) || LOG_NAME.test(name) || name === LOCK_NAME;
}

/** Creates a directory level by level. Node's recursive `mkdir` never returns if the system refuses with ENOENT, as below /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return assertWritable(path);
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

async function assertWritable(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) throw new Error('it is not a directory');
  await access(path, constants.W_OK);
}

function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((done, reject) => {
    server.once('error', reject);
    server.listen(path, () => done(server.unref()));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    });
    // The error is the answer: no server listens there.
    socket.once('error', () => done(false));
  });
}

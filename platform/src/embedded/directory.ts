import { createHash } from 'node:crypto';
import { access, constants, mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Source: sun_path in unix(7), the smallest of the systems in use. */
const MAX_SOCKET_PATH_BYTES = 100;

/** The data directory cannot be used: another process works on it, or it cannot be written. */
export class DirectoryUnusableError extends Error {
  override readonly name = 'DirectoryUnusableError';
}

/**
 * Takes a data directory for this process alone: two databases on the same files would ruin them.
 *
 * The lock is a socket that this process listens on, so that it goes with the process, however that ends.
 *
 * @throws DirectoryUnusableError when another process holds it, or it cannot be made or written
 */
export async function lockDirectory(directory: string): Promise<AsyncDisposable> {
  await makeDirectory(resolve(directory)).catch((error: NodeJS.ErrnoException) => {
    throw new DirectoryUnusableError(
      `The directory '${directory}' cannot hold the data: ${error.message}. Choose another directory with DATA_DIR.`,
      { cause: error },
    );
  });
  const path = toSocketPath(directory);
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
  return {
    async [Symbol.asyncDispose]() {
      await new Promise((done) => server.close(done));
    },
  };
}

/** Folder by folder: Node's own recursive `mkdir` never returns where the system refuses with ENOENT, as below /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return assertWritable(path);
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path);
  }
}

async function assertWritable(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) throw new Error('it is not a directory');
  await access(path, constants.W_OK);
}

/** Socket paths are short; a deep directory has its socket among the temporary files, named after it. */
function toSocketPath(directory: string): string {
  const path = join(directory, 'lock.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  return join(tmpdir(), `vibecode-${createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 16)}.sock`);
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
    socket.once('error', () => done(false));
  });
}

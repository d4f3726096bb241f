import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Source: sun_path in unix(7), the smallest of the systems in use. */
const MAX_SOCKET_PATH_BYTES = 100;

/** Another process works on the directory. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
}

/**
 * Takes a data directory for this process alone: two databases on the same files would ruin them.
 *
 * The lock is a socket that this process listens on, so that it goes with the process, however that ends.
 *
 * @throws DirectoryInUseError when another process holds it; the system's error when it cannot be written
 */
export async function lockDirectory(directory: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true });
  const path = toSocketPath(directory);
  const server = await listen(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    if (await answers(path)) {
      throw new DirectoryInUseError(
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

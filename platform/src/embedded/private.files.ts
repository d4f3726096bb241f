import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Read, write and enter for the owner; nothing for anybody else. */
const [PRIVATE_DIRECTORY, PRIVATE_FILE] = [0o700, 0o600];
const PERMISSIONS = 0o777;

/** Source: the shortest `sun_path` of the systems in use, see unix(7). */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * Makes a directory that only this account can enter, or takes that access from an existing one.
 *
 * @throws the system's error when it cannot be made, or belongs to another account
 */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  await chmod(path, PRIVATE_DIRECTORY);
}

/**
 * Takes access to a file, or to a directory and everything below it, from every other account. Earlier versions made files
 * that anybody on the machine could read and write. Symbolic links are left alone, and a path that is absent is no error.
 */
export async function makePrivate(path: string): Promise<void> {
  const stats = await lstat(path).catch(ignoreMissing);
  if (!stats || stats.isSymbolicLink()) return;
  const mode = stats.isDirectory() ? PRIVATE_DIRECTORY : PRIVATE_FILE;
  // The directory first: from then on nobody else reaches what is below.
  if ((stats.mode & PERMISSIONS) !== mode) await chmod(path, mode).catch(ignoreMissing);
  if (!stats.isDirectory()) return;
  for (const name of await readdir(path)) await makePrivate(join(path, name));
}

/**
 * Where a socket named `name` goes that belongs to a private directory: into it, or, when that path is too long for a
 * socket, into a directory of this account among the temporary files. Either way only this account can reach it.
 *
 * @returns the path of the socket, at most 100 bytes; its directory exists
 * @throws Error when another account has taken the place among the temporary files
 */
export async function toSocketPath(owner: string, name: string): Promise<string> {
  const path = join(owner, name);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  const account = await ensureTemporaryDirectory();
  const directory = join(account, createHash('sha256').update(resolve(owner)).digest('hex').slice(0, 16));
  await ensurePrivateDirectory(directory);
  return join(directory, name);
}

/** Its name is known beforehand, so another account may have made it first: that is refused rather than trusted. */
async function ensureTemporaryDirectory(): Promise<string> {
  const account = process.getuid?.() ?? 0;
  const path = join(tmpdir(), `vibecode-${account}`);
  await mkdir(path, { mode: PRIVATE_DIRECTORY }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const stats = await lstat(path);
  if (!stats.isDirectory() || stats.uid !== account) {
    throw new Error(`'${path}' belongs to another account. Remove it, or name another directory with TMPDIR.`);
  }
  await chmod(path, PRIVATE_DIRECTORY);
  return path;
}

/** Files come and go while a database runs. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Modes with access for the owner only. */
const [PRIVATE_DIRECTORY, PRIVATE_FILE] = [0o700, 0o600];
const PERMISSIONS = 0o777;

/** The shortest `sun_path` of common systems, see unix(7). */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * Creates a directory that only this account can enter, or removes other accounts' access from an existing one.
 *
 * @throws the system's error if it cannot be created, or belongs to another account
 */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  await chmod(path, PRIVATE_DIRECTORY);
}

/**
 * Removes other accounts' access to a file, or to a directory and everything below it. Earlier versions created files that every
 * account could read and write. Symbolic links stay unchanged, and a missing path is not an error.
 */
export async function makePrivate(path: string): Promise<void> {
  const stats = await lstat(path).catch(ignoreMissing);
  if (!stats || stats.isSymbolicLink()) return;
  const mode = stats.isDirectory() ? PRIVATE_DIRECTORY : PRIVATE_FILE;
  // The directory is first, so that no other account can reach its contents from then on.
  if ((stats.mode & PERMISSIONS) !== mode) await chmod(path, mode).catch(ignoreMissing);
  if (!stats.isDirectory()) return;
  for (const name of await readdir(path)) await makePrivate(join(path, name));
}

/**
 * Determines the path of a socket that belongs to a private directory: in that directory, or, if its path is too long for a
 * socket, in this account's temporary directory. Only this account can reach either.
 *
 * @returns the path of the socket, at most 100 bytes; its directory exists
 * @throws Error if another account owns the temporary directory
 */
export async function toSocketPath(owner: string, name: string): Promise<string> {
  const path = join(owner, name);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  const account = await ensureTemporaryDirectory();
  const directory = join(account, createHash('sha256').update(resolve(owner)).digest('hex').slice(0, 16));
  await ensurePrivateDirectory(directory);
  return join(directory, name);
}

/** Creates this account's temporary directory. Its name is predictable, so that a directory of another account is refused. */
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

/** Files may disappear while a database runs. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

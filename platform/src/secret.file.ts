import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const [PRIVATE_DIRECTORY, PRIVATE_FILE] = [0o700, 0o600];

/**
 * A secret that is kept in a file which only this account can read. The first call makes it; of several that come at once,
 * in any process, one makes it and the others read that one. A crash leaves the whole secret or none.
 *
 * @param create what to keep when there is none yet; not empty
 * @throws the system's error when the file cannot be read or written
 */
export async function ensureSecretFile(path: string, create: () => string): Promise<string> {
  const kept = await readSecretFile(path);
  if (kept !== null) return kept;
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
  const part = `${path}.${randomUUID()}`;
  try {
    await writeFile(part, create(), { mode: PRIVATE_FILE, flush: true });
    await link(part, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(part, { force: true });
  }
  return readFile(path, 'utf8');
}

/** @returns null when there is no such file. One that others could read is closed to them. */
export async function readSecretFile(path: string): Promise<string | null> {
  try {
    const secret = await readFile(path, 'utf8');
    await chmod(path, PRIVATE_FILE);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}

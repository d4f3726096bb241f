import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const [PRIVATE_DIRECTORY, PRIVATE_FILE] = [0o700, 0o600];

/**
 * Reads a secret from a file that only this account can read. The first call creates it. Of several concurrent calls, in any
 * process, one creates the secret and the others read it. After a crash, the file has the whole secret or does not exist.
 *
 * @param create returns the secret to store if there is none yet; not empty
 * @throws the system's error if the file cannot be read or written
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

/** Reads a secret, and removes other accounts' access to the file. @returns null if the file does not exist */
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

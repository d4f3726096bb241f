import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensureSecretFile, readSecretFile } from '@vibecode/platform/secret.file';

/** The passphrases that seal (encrypt) the private signing keys in the database. */
export interface Sealing {
  readonly passphrase: string;
  /** Passphrases for keys that were sealed earlier. A key that one of them opens is sealed again with `passphrase`. */
  readonly earlierPassphrases: readonly string[];
  /** The source of the passphrase, for messages to the operator. */
  readonly source: string;
}

const KEY_FILE = 'signing-key.secret';
const KEY_BYTES = 32;

/**
 * Determines the passphrase: the setting `AUTH_SIGNING_KEY_SECRET`, or otherwise the content of a key file, which is created if
 * it is missing. Once the setting is given, keys that were sealed by the file are sealed again by the setting.
 *
 * @param passphrase the setting; null if it is not given
 * @param directory directory for auth's files
 */
export async function openSealing(passphrase: string | null, directory: string): Promise<Sealing> {
  const file = join(directory, KEY_FILE);
  if (passphrase === null) {
    const made = await ensureSecretFile(file, () => randomBytes(KEY_BYTES).toString('base64url'));
    return { passphrase: made, earlierPassphrases: [], source: `the key file '${file}'` };
  }
  const earlier = await readSecretFile(file);
  return {
    passphrase,
    earlierPassphrases: earlier === null ? [] : [earlier],
    source: 'AUTH_SIGNING_KEY_SECRET',
  };
}

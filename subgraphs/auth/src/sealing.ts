import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensureSecretFile, readSecretFile } from '@vibecode/platform/secret.file';

/** What the private signing keys in the database are sealed with. */
export interface Sealing {
  readonly passphrase: string;
  /** Open what was sealed before; what one of them opens is sealed anew. */
  readonly earlierPassphrases: readonly string[];
  /** Where the passphrase comes from, for messages to the operator. */
  readonly source: string;
}

const KEY_FILE = 'signing-key.secret';
const KEY_BYTES = 32;

/**
 * The passphrase of the setting `AUTH_SIGNING_KEY_SECRET`, or else that of a key file, made when absent. Keys that the file
 * sealed follow to the setting once that is given.
 *
 * @param passphrase null when the setting is not given
 * @param directory of files that auth keeps
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

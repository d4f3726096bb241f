import { createHmac, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/bcrypt';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { BusyError } from './errors.ts';

export interface PasswordHasherOptions {
  /** Binary logarithm of the rounds, 4 to 31. */
  readonly cost: number;
  /** Maximum of concurrent hashes. Default: the number of cores, beyond which each hash only becomes slower. */
  readonly concurrency?: number;
  /** Most waiting hashes; further ones are refused with `AUTH_BUSY`. Default 1000. */
  readonly queueLimit?: number;
}

/** Computes bcrypt on libuv's thread pool, so that the event loop stays free, and leaves threads for other work. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /**
   * @param stored null if the account does not exist: then a hash of the same cost is checked anyway, so that the duration does
   *   not reveal that, and the result is false
   * @param admit called just before the check, after waiting; may throw. Limits that are checked here also apply to a burst
   */
  verify(password: string, stored: string | null, admit?: () => Promise<void>): Promise<boolean>;
  /** Whether the stored hash has another cost than the current setting. */
  needsRehash(stored: string): boolean;
}

export async function createPasswordHasher(options: PasswordHasherOptions): Promise<PasswordHasher> {
  const { cost, concurrency = availableParallelism(), queueLimit = 1000 } = options;
  const turns = bulkhead(concurrency, queueLimit);
  const decoy = await hash(randomBytes(32), { cost });

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await turns.execute(work);
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new BusyError() : error;
    }
  }

  return {
    hash: (password) => inTurn(() => hash(toBcryptInput(password), { cost })),
    verify: (password, stored, admit) =>
      inTurn(async () => {
        await admit?.();
        const matches = await verify(toBcryptInput(password), stored ?? decoy);
        return matches && stored !== null;
      }),
    needsRehash: (stored) => parseOptions(stored).cost !== cost,
  };
}

/**
 * bcrypt reads 72 bytes and stops at a zero byte. With a digest, every character of a long passphrase counts. The HMAC label
 * makes the digest different from plain SHA-256 digests that leaked elsewhere. NFKC makes different encodings of 'é' equal.
 */
function toBcryptInput(password: string): string {
  return createHmac('sha256', 'vibecode/password/v1').update(password.normalize('NFKC')).digest('base64');
}

import { createHmac, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/bcrypt';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { BusyError } from './errors.ts';

export interface PasswordHasherOptions {
  /** Rounds as a power of two, 4 to 31. */
  readonly cost: number;
  /** Hashes computed at once. Default: the cores there are; more would only make each slower. */
  readonly concurrency?: number;
  /** Hashes that may wait for a turn; more are refused with `AUTH_BUSY`. Default 1000. */
  readonly queueLimit?: number;
}

/** bcrypt on libuv's thread pool: the event loop stays free, and threads stay free for the rest of the process. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /**
   * @param stored null when there is no such account: then a hash of the same cost is checked all the same, so that the
   *   duration does not tell, and the answer is false
   * @param admit runs when the turn has come, just before the check; may throw. Limits asked here hold for a burst, too
   */
  verify(password: string, stored: string | null, admit?: () => Promise<void>): Promise<boolean>;
  /** True when the stored hash was made with another cost than is set now. */
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
 * bcrypt reads 72 bytes and stops at a zero byte; a digest makes every character of a long passphrase count. The HMAC
 * label keeps the digest apart from plain SHA-256 lists leaked elsewhere. NFKC, so that keyboards agree on 'é'.
 */
function toBcryptInput(password: string): string {
  return createHmac('sha256', 'vibecode/password/v1').update(password.normalize('NFKC')).digest('base64');
}

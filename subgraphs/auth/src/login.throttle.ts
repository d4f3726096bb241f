import type { RedisConnection } from '@vibecode/platform/redis/redis.connection';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterRes,
} from 'rate-limiter-flexible';
import { TooManyAttemptsError } from './errors.ts';
import { hashSecret } from './secret.ts';

/** Failed attempts that are heard before further ones must wait. */
export interface ThrottlePolicy {
  /** For one account from one address. Default 10. */
  readonly accountFailures?: number;
  /** For all accounts from one address. Default 100. */
  readonly addressFailures?: number;
  /** How long failures count. Default 15 minutes. */
  readonly windowSeconds?: number;
}

/** Slows down guessing. Counts failures only, so that signing in often costs nothing. */
export interface LoginThrottle {
  /** @throws TooManyAttemptsError when an attempt must wait */
  admit(email: string, ip: string | null): Promise<void>;
  recordFailure(email: string, ip: string | null): Promise<void>;
  /** A right password forgets the account's failures at this address; those of other accounts stay counted. */
  recordSuccess(email: string, ip: string | null): Promise<void>;
}

/** @param redis where instances count together; null counts in this process */
export function createLoginThrottle(redis: RedisConnection | null, policy: ThrottlePolicy = {}): LoginThrottle {
  const { accountFailures = 10, addressFailures = 100, windowSeconds = 15 * 60 } = policy;
  const create = (keyPrefix: string, points: number): RateLimiterAbstract => {
    const options = { keyPrefix: `${redis?.prefix ?? ''}auth:${keyPrefix}`, points, duration: windowSeconds };
    const inMemory = new RateLimiterMemory(options);
    // While Redis is away each instance counts for itself: guessing stays limited and people can sign in.
    return redis
      ? new RateLimiterRedis({ ...options, storeClient: redis.commands, insuranceLimiter: inMemory })
      : inMemory;
  };
  const byAccount = create('login-account', accountFailures);
  const byAddress = create('login-address', addressFailures);
  // Addresses stand in Redis as digests: nobody reads there who has tried to sign in.
  const toKey = (email: string, ip: string | null) => hashSecret(JSON.stringify([email, ip]));

  return {
    async admit(email, ip) {
      const [account, address] = await Promise.all([
        byAccount.get(toKey(email, ip)),
        ip === null ? null : byAddress.get(ip),
      ]);
      const waits = [findWait(account, accountFailures), findWait(address, addressFailures)];
      const retryAfterMs = Math.max(...waits);
      if (retryAfterMs > 0) throw new TooManyAttemptsError(retryAfterMs);
    },
    async recordFailure(email, ip) {
      await Promise.all([byAccount.penalty(toKey(email, ip)), ip === null ? null : byAddress.penalty(ip)]);
    },
    async recordSuccess(email, ip) {
      await byAccount.delete(toKey(email, ip));
    },
  };
}

function findWait(state: RateLimiterRes | null, points: number): number {
  return state && state.consumedPoints >= points ? state.msBeforeNext : 0;
}

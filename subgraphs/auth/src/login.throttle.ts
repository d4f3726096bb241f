import type { RedisConnection } from '@vibecode/platform/redis/redis.connection';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterRes,
} from 'rate-limiter-flexible';
import { TooManyAttemptsError } from './errors.ts';
import { hashSecret } from './secret.ts';

/** Most failed attempts before further ones must wait. */
export interface ThrottlePolicy {
  /** Failures for one account from one address. Default 10. */
  readonly accountFailures?: number;
  /** Failures for all accounts from one address. Default 100. */
  readonly addressFailures?: number;
  /** Time that a failure counts. Default 15 minutes. */
  readonly windowSeconds?: number;
}

/** Slows down password guessing. It counts failures only, so that frequent sign-ins are not limited. */
export interface LoginThrottle {
  /** @throws TooManyAttemptsError if the attempt must wait */
  admit(email: string, ip: string | null): Promise<void>;
  recordFailure(email: string, ip: string | null): Promise<void>;
  /** Resets the account's failures from this address. Failures for other accounts stay counted. */
  recordSuccess(email: string, ip: string | null): Promise<void>;
}

/** @param redis Redis in which all instances count together; null: this process counts alone */
export function createLoginThrottle(redis: RedisConnection | null, policy: ThrottlePolicy = {}): LoginThrottle {
  const { accountFailures = 10, addressFailures = 100, windowSeconds = 15 * 60 } = policy;
  const create = (keyPrefix: string, points: number): RateLimiterAbstract => {
    const options = { keyPrefix: `${redis?.prefix ?? ''}auth:${keyPrefix}`, points, duration: windowSeconds };
    const inMemory = new RateLimiterMemory(options);
    // While Redis is unreachable, each instance counts for itself: guessing stays limited, and users can sign in.
    return redis
      ? new RateLimiterRedis({ ...options, storeClient: redis.commands, insuranceLimiter: inMemory })
      : inMemory;
  };
  const byAccount = create('login-account', accountFailures);
  const byAddress = create('login-address', addressFailures);
  // Redis contains digests of e-mail addresses only, so that it does not reveal who has tried to sign in.
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

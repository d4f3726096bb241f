import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { Outage } from '@vibecode/platform/outage';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { RateLimiterCluster, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RouterConfig } from '../config/config.schema.ts';
import type { Identity } from '../request/context.ts';
import { LeasedCounter } from './leased.counter.ts';

type RateLimitConfig = NonNullable<RouterConfig['rate_limit']>;

/** The outcome for one request, with the headers of draft-ietf-httpapi-ratelimit-headers-10. */
interface Admission {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RateLimit extends AsyncDisposable {
  /** Settles when Redis is connected, or the connection failed. Until then each instance counts for itself. */
  readonly ready: Promise<void>;
  /** @param points number of requests to count. Default 1 */
  admit(client: string, points?: number): Promise<Admission>;
  /** Subtracts one request from the count. */
  giveBack(client: string): void;
  /** The refusal that this instance remembers for a client. Null when only `admit` can tell. */
  spent(client: string): Admission | null;
}

export class RateLimitedError extends AppError {
  constructor(readonly headers: Readonly<Record<string, string>>) {
    const retryAfterS = Number(headers['retry-after']);
    super('RATE_LIMITED', `Too many requests. Try again in ${retryAfterS} s.`, { details: { retryAfterS } });
  }
}

const POLICY = 'default';
/** Most refused clients that are remembered. For the others the counts are read. */
const MAX_SPENT = 20_000;
/** Longest wait for one answer of Redis. */
const COMMAND_TIMEOUT_MS = 2_000;

/**
 * Counts the requests of each client in windows of fixed length. With Redis all instances share the counts. While Redis
 * is unreachable, each instance counts for itself, so that clients are neither all refused nor all admitted. The
 * workers of one gateway count together.
 *
 * @param name tells apart the counts of endpoints that have limits of their own
 * @param log for the lines that say that Redis has become unreachable, and that it is back. Default none
 */
export function createRateLimit(
  { capacity, interval, storage }: RateLimitConfig,
  shared?: { readonly url: string; readonly prefix: string },
  name = '',
  log?: Logger,
): RateLimit {
  const options = { points: capacity, duration: interval / 1_000 };
  const memory = createLocalCounter(options, name);
  const url = storage.redis?.urls[0] ?? shared?.url;
  const keyPrefix = storage.redis?.namespace ?? `${shared?.prefix ?? ''}rate-limit`;
  const redis = url ? connect(url) : null;
  const outage = createOutage(log);
  redis?.on('error', (error) => outage.fail(error)).on('ready', () => outage.succeed());
  const limiter = redis ? new RateLimiterRedis({ ...options, storeClient: redis, keyPrefix }) : memory;
  const policyHeader = `"${POLICY}";q=${capacity};w=${Math.round(interval / 1_000)}`;

  const toAdmission = (result: RateLimiterRes, allowed: boolean): Admission => {
    const resetS = Math.max(1, Math.ceil(result.msBeforeNext / 1_000));
    const headers: Record<string, string> = {
      'ratelimit-policy': policyHeader,
      ratelimit: `"${POLICY}";r=${Math.max(0, result.remainingPoints)};t=${resetS}`,
    };
    if (!allowed) headers['retry-after'] = String(resetS);
    return { allowed, headers };
  };

  const spent = new LRUCache<string, number>({ max: MAX_SPENT });
  /** A counter rejects with a result when it refuses, and with an error when it could not count. */
  function refuse(client: string, points: number, refused: unknown): Admission {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    // A request of one point may still be allowed when several points are not.
    if (points === 1) {
      spent.set(client, performance.now() + refused.msBeforeNext, { ttl: Math.max(1, refused.msBeforeNext) });
    }
    return toAdmission(refused, false);
  }

  async function admitLocally(client: string, points: number): Promise<Admission> {
    try {
      return toAdmission(await memory.consume(client, points), true);
    } catch (refused) {
      return refuse(client, points, refused);
    }
  }

  return {
    ready: redis ? settle(once(redis, 'ready')) : Promise.resolve(),
    async admit(client, points = 1) {
      try {
        const result = await limiter.consume(client, points);
        outage.succeed();
        return toAdmission(result, true);
      } catch (refused) {
        if (limiter === memory || refused instanceof RateLimiterRes) return refuse(client, points, refused);
        outage.fail(refused);
        return admitLocally(client, points);
      }
    },
    giveBack(client) {
      limiter
        .reward(client, 1)
        .catch((error) => {
          if (limiter === memory) throw error;
          outage.fail(error);
          return memory.reward(client, 1);
        })
        // The count that is not given back lasts until its interval ends.
        .catch(() => undefined);
    },
    spent(client) {
      const untilMs = spent.get(client);
      if (untilMs === undefined) return null;
      const refused = new RateLimiterRes(0, Math.max(0, untilMs - performance.now()), capacity + 1, false);
      return toAdmission(refused, false);
    },
    async [Symbol.asyncDispose]() {
      redis?.disconnect();
    },
  };
}

/** The listener for errors has logged a connection that failed. */
async function settle(connected: Promise<unknown>): Promise<void> {
  await Promise.allSettled([connected]);
}

function connect(url: string): Redis {
  return new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MS });
}

function createOutage(log: Logger | undefined): Outage {
  const message = 'The rate limits cannot count in Redis. Each instance counts for itself until it is back.';
  return new Outage({
    log,
    begins: { action: 'redis.away', message },
    ends: { action: 'redis.back', message: 'The rate limits count in Redis again, for all instances together.' },
    fields: { purpose: 'rate limits' },
  });
}

/** Counts without Redis: in this process, or for all workers of one gateway together. */
function createLocalCounter(options: { readonly points: number; readonly duration: number }, name: string) {
  const memory = new RateLimiterMemory(options);
  if (!cluster.isWorker) return memory;
  // The primary process keeps the counts by this prefix, so limits of other sizes and other endpoints are separate.
  const keyPrefix = `${name}:${options.points}:${options.duration}`;
  // When the primary process does not answer in time, this worker counts for itself.
  const shared = new RateLimiterCluster({ ...options, keyPrefix, timeoutMs: 2_000, insuranceLimiter: memory });
  return new LeasedCounter(shared, options.points);
}

export function toAddressKey(address: string): string {
  return `ip:${address}`;
}

/** The key under which a request is counted. */
export function toClientKey(by: RateLimitConfig['by'], identity: Identity | null, address: string): string {
  if (by === 'ip' || !identity) return toAddressKey(address);
  // Subjects of foreign issuers may have any length and content.
  const { subject, key } = identity;
  return subject && subject.length <= 64
    ? `user:${subject}`
    : `user:${createHash('sha256')
        .update(subject || key)
        .digest('base64url')}`;
}

/** The client's address: the last that the proxy in front has appended, when the configuration trusts one. */
export function findClientAddress(
  header: string | null | undefined,
  headers: Readonly<Record<string, string | undefined>>,
  remoteAddress: string | undefined,
): string {
  const forwarded = header ? headers[header] : undefined;
  return forwarded?.split(',').at(-1)?.trim() || remoteAddress || 'unknown';
}

import type { Logger } from '@vibecode/platform/log';
import type { RedisCacheConfig } from '../config/redis.section.ts';
import { createRedisClient } from './redis.client.ts';

/** Texts in Redis that all instances share. While Redis is unreachable, reads are misses and writes are ignored. */
export interface SharedTexts extends Disposable {
  /** Resolves when Redis answers, or when the first attempt to connect has failed. */
  readonly ready: Promise<void>;
  read(key: string): Promise<string | null>;
  write(key: string, text: string): Promise<void>;
}

const TIMEOUT_MS = 500;
const TTL_MS = 30 * 24 * 60 * 60_000;

/** @param purpose the cache that uses Redis, for log lines */
export function createSharedTexts(config: RedisCacheConfig, purpose: string, log: Logger): SharedTexts {
  const { namespace, ttl: ttlMs = TTL_MS, reset_ttl: prolongs } = config;
  const client = createRedisClient({ config, timeoutMs: config.timeout ?? TIMEOUT_MS, purpose, log });
  const { commands } = client;
  const toKey = (key: string) => `${namespace}:${key}`;
  const lifetimeMs = ttlMs ?? TTL_MS;
  return {
    ready: client.ready,
    // A failed command is a miss. The client logs that Redis is unreachable.
    read: (key) =>
      (prolongs ? commands.getex(toKey(key), 'PX', lifetimeMs) : commands.get(toKey(key))).catch(() => null),
    async write(key, text) {
      // A text that is not kept is a miss later. The client's log says that Redis is away.
      await commands.set(toKey(key), text, 'PX', lifetimeMs).catch(() => undefined);
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

import type { Logger } from '@vibecode/platform/log';
import type { RedisCacheConfig } from '../config/redis.section.ts';
import { createRedisClient } from './redis.client.ts';

/** Texts that all instances share, behind what each has in memory. Redis away: nothing is there, and nothing is kept. */
export interface SharedTexts extends Disposable {
  /** Settles when Redis answers, or when it was found that it does not for now. */
  readonly ready: Promise<void>;
  read(key: string): Promise<string | null>;
  write(key: string, text: string): Promise<void>;
}

const TIMEOUT_MS = 500;
const TTL_MS = 30 * 24 * 60 * 60_000;

/** @param purpose what is kept, for the line in the log that says that Redis is away */
export function createSharedTexts(config: RedisCacheConfig, purpose: string, log: Logger): SharedTexts {
  const { namespace, ttl: ttlMs = TTL_MS, reset_ttl: prolongs } = config;
  const client = createRedisClient({ config, timeoutMs: config.timeout ?? TIMEOUT_MS, purpose, log });
  const { commands } = client;
  const toKey = (key: string) => `${namespace}:${key}`;
  const lifetimeMs = ttlMs ?? TTL_MS;
  return {
    ready: client.ready,
    // A command that fails is a miss: the client's log says that Redis is away.
    read: (key) =>
      (prolongs ? commands.getex(toKey(key), 'PX', lifetimeMs) : commands.get(toKey(key))).catch(() => null),
    async write(key, text) {
      // A text that is not kept is a miss later. The client's log says that Redis is away.
      await commands.set(toKey(key), text, 'PX', lifetimeMs).catch(() => undefined);
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

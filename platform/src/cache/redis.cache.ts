import type { RedisConnection } from '../redis/redis.connection.ts';
import { assertTtl, type Cache } from './cache.ts';

/** A cache in Redis. Disposing keeps the values, because they belong to all instances. */
export function createRedisCache({ commands, prefix }: RedisConnection): Cache {
  const toKey = (key: string) => `${prefix}cache:${key}`;
  return {
    get: (key) => commands.get(toKey(key)),
    async set(key, value, ttlMs) {
      assertTtl(ttlMs);
      await commands.set(toKey(key), value, 'PX', ttlMs);
    },
    async add(key, value, ttlMs) {
      assertTtl(ttlMs);
      return (await commands.set(toKey(key), value, 'PX', ttlMs, 'NX')) === 'OK';
    },
    async delete(key) {
      await commands.del(toKey(key));
    },
    async [Symbol.asyncDispose]() {},
  };
}

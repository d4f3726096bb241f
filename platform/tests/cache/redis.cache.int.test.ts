import { createRedisCache } from '../../src/cache/redis.cache.ts';
import type { RedisConnection } from '../../src/redis/redis.connection.ts';
import { openTestRedis } from '../redis.fixture.ts';
import { describeCache } from './cache.contract.ts';

/** Redis' own clock cannot be set, so time passes by making what is left of each key's time that much shorter. */
async function age({ commands, prefix }: RedisConnection, ms: number): Promise<void> {
  for (const key of await commands.keys(`${prefix}*`)) await commands.pexpire(key, (await commands.pttl(key)) - ms);
}

describeCache('redis', async () => {
  const connection = await openTestRedis();
  return {
    cache: createRedisCache(connection),
    pass: (ms) => age(connection, ms),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
});

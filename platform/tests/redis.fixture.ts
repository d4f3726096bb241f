import { newId } from '../src/id.ts';
import { createLog } from '../src/log.ts';
import { openRedis, type RedisConnection } from '../src/redis/redis.connection.ts';

/** A prefix that no other test uses. */
export function createTestPrefix(): string {
  return `test:${newId()}:`;
}

/** @throws Error when `REDIS_URL` is missing */
export async function openTestRedis(prefix = createTestPrefix()): Promise<RedisConnection> {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is missing: integration tests need a Redis server.');
  return openRedis({ url, prefix, log: createLog({ service: 'test', level: 'silent' }) });
}

import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import { newId } from '@vibecode/platform/id';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createRedisStreamLog } from '@vibecode/platform/stream-log/redis.stream-log';
import { interruptDatabase } from '@vibecode/platform/testing/interruptible.database';
import { toStreamName } from '../src/generation.events.ts';

/** A Redis behind a way that can be taken away. */
export async function startRedis() {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is missing: integration tests need running servers; see CONTRIBUTING.md.');
  await using started = new AsyncDisposableStack();
  const way = started.use(await interruptDatabase(url));
  const log = createLog({ service: 'test', level: 'silent' });
  const connection = started.use(await openRedis({ url: way.url, prefix: `test-${newId()}:`, log }));
  const broadcast = started.use(createRedisBroadcast(connection));
  const streamLog = started.use(createRedisStreamLog({ connection, broadcast }));
  const rest = started.move();
  return {
    infrastructure: { streamLog, broadcast, embedded: false },
    interrupt: () => way.interrupt(),
    restore: () => way.restore(),
    /** As a Redis does that comes back without what it had not saved. */
    async loseStream(id: string) {
      const key = `${connection.prefix}stream:{${toStreamName(id)}}`;
      if ((await connection.commands.del(key, `${key}:state`)) !== 2) throw new Error(`Redis does not have ${key}.`);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

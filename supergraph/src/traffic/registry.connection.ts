import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import type { Logger } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createRedisRegistry } from '@vibecode/platform/registry/redis.registry';
import type { ServiceRegistry } from '@vibecode/platform/registry/registry';

/** The registry in a Redis of one's own. @throws when Redis does not answer */
export async function openRegistry(
  url: string,
  prefix: string,
  log: Logger,
): Promise<ServiceRegistry & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const connection = opened.use(await openRedis({ url, prefix, log }));
  const broadcast = opened.use(createRedisBroadcast(connection));
  const registry = createRedisRegistry({ connection, broadcast });
  const owned = opened.move();
  return { ...registry, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

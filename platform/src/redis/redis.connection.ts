import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../log.ts';

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  /** Begins every key and channel, so that several systems can share one Redis. Default `vibecode:`. */
  readonly prefix?: string;
  readonly log: Logger;
}

/** What the Redis drivers of one process share: two connections, however many streams, keys and channels there are. */
export interface RedisConnection extends AsyncDisposable {
  readonly commands: Redis;
  /** In subscriber mode: takes no other commands. */
  readonly subscriptions: Redis;
  readonly prefix: string;
  readonly log: Logger;
}

/**
 * Connects, and reconnects by itself from then on. Commands wait for a connection that is down for some ten seconds,
 * then fail.
 *
 * @throws when Redis does not answer at first
 */
export async function openRedis({ url, prefix = 'vibecode:', log }: RedisConnectionOptions): Promise<RedisConnection> {
  const options: RedisOptions = { lazyConnect: true, connectTimeout: 5_000, keepAlive: 10_000, commandTimeout: 15_000 };
  const commands = new Redis(url, options);
  // The broadcast subscribes again itself, because it has to know when that is done.
  const subscriptions = new Redis(url, { ...options, autoResubscribe: false, maxRetriesPerRequest: null });
  let failure: Error | undefined;
  for (const connection of [commands, subscriptions]) {
    connection.on('error', (error) => {
      failure = error;
      log.warn({ action: 'redis.error', error }, 'Redis connection failed');
    });
  }
  const close = async () => {
    commands.disconnect();
    subscriptions.disconnect();
  };
  try {
    await Promise.all([commands.connect(), subscriptions.connect()]);
  } catch (error) {
    await close();
    // The rejection says only that the connection was closed; why, the event said.
    throw failure ?? error;
  }
  return { commands, subscriptions, prefix, log, [Symbol.asyncDispose]: close };
}

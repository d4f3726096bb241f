import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../log.ts';

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  /** Prefix of every key and channel, so that several systems can share one Redis. Default `vibecode:`. */
  readonly prefix?: string;
  readonly log: Logger;
}

/** The two connections that all Redis drivers of one process share, for any number of streams, keys and channels. */
export interface RedisConnection extends AsyncDisposable {
  readonly commands: Redis;
  /** A connection in subscriber mode, which accepts no other commands. */
  readonly subscriptions: Redis;
  readonly prefix: string;
  readonly log: Logger;
}

/**
 * Connects to Redis, and reconnects automatically from then on. While the connection is down, a command waits for about ten
 * seconds and then fails.
 *
 * @throws if Redis does not answer at first
 */
export async function openRedis({ url, prefix = 'vibecode:', log }: RedisConnectionOptions): Promise<RedisConnection> {
  const options: RedisOptions = { lazyConnect: true, connectTimeout: 5_000, keepAlive: 10_000, commandTimeout: 15_000 };
  const commands = new Redis(url, options);
  // The broadcast subscribes again by itself, because it has to know when that is complete.
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
    // The rejection says only that the connection was closed. The event had the reason.
    throw failure ?? error;
  }
  return { commands, subscriptions, prefix, log, [Symbol.asyncDispose]: close };
}

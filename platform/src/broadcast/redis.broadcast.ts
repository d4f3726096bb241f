import type { RedisConnection } from '../redis/redis.connection.ts';
import type { Broadcast } from './broadcast.ts';
import { ChannelListeners } from './channel.listeners.ts';

/**
 * Broadcast over Redis publish/subscribe: one subscriber connection per process, and one subscription for each channel with a
 * listener in this process. Source: https://redis.io/docs/latest/develop/pubsub/
 */
export function createRedisBroadcast(connection: RedisConnection): Broadcast {
  const { commands, subscriptions, log } = connection;
  const listeners = new ChannelListeners(log);
  const subscribed = new Map<string, Promise<unknown>>();
  const channelPrefix = toRedisChannel(connection, '');

  const onMessage = (channel: string, message: string) => {
    if (channel.startsWith(channelPrefix)) listeners.deliver(channel.slice(channelPrefix.length), message);
  };
  const onReady = () => {
    const channels = listeners.channels.map((channel) => toRedisChannel(connection, channel));
    if (channels.length === 0) return;
    subscriptions.subscribe(...channels).then(
      () => listeners.reportGap(),
      // The connection went down again: the next 'ready' repeats this.
      (error) =>
        log.warn({ action: 'broadcast.resubscribe-failed', error }, 'Subscribing to Redis channels again failed'),
    );
  };
  subscriptions.on('message', onMessage);
  subscriptions.on('ready', onReady);

  return {
    async publish(channel, message) {
      await commands.publish(toRedisChannel(connection, channel), message);
    },
    async subscribe(channel, onMessage, onGap) {
      const name = toRedisChannel(connection, channel);
      const { first, remove } = listeners.add(channel, { onMessage, onGap });
      const leave = async () => {
        if (!remove().last) return;
        subscribed.delete(channel);
        if (subscriptions.status === 'ready') await subscriptions.unsubscribe(name);
      };
      if (first) subscribed.set(channel, subscriptions.subscribe(name));
      try {
        await subscribed.get(channel);
      } catch (error) {
        await leave();
        throw error;
      }
      return { [Symbol.asyncDispose]: leave };
    },
    async [Symbol.asyncDispose]() {
      subscriptions.off('message', onMessage);
      subscriptions.off('ready', onReady);
      const channels = listeners.channels.map((channel) => toRedisChannel(connection, channel));
      listeners.clear();
      if (channels.length > 0 && subscriptions.status === 'ready') await subscriptions.unsubscribe(...channels);
    },
  };
}

/** The channel's name in Redis, for scripts that publish to it. */
export function toRedisChannel({ prefix }: Pick<RedisConnection, 'prefix'>, channel: string): string {
  return `${prefix}broadcast:${channel}`;
}

import type { Logger } from '../log.ts';
import type { Broadcast } from './broadcast.ts';
import { ChannelListeners } from './channel.listeners.ts';

/** Broadcast within one process. Nothing is ever missed, so `onGap` is never called. */
export function createMemoryBroadcast({ log }: { log: Logger }): Broadcast {
  const listeners = new ChannelListeners(log);
  return {
    async publish(channel, message) {
      // Not within the caller's stack: a listener must not run in the middle of what the publisher is doing.
      queueMicrotask(() => listeners.deliver(channel, message));
    },
    async subscribe(channel, onMessage, onGap) {
      const { remove } = listeners.add(channel, { onMessage, onGap });
      return {
        async [Symbol.asyncDispose]() {
          remove();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      listeners.clear();
    },
  };
}

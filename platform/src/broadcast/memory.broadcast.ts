import type { Logger } from '../log.ts';
import type { Broadcast } from './broadcast.ts';
import { ChannelListeners } from './channel.listeners.ts';

/** Broadcast within one process. No message is missed, so that `onGap` is never called. */
export function createMemoryBroadcast({ log }: { log: Logger }): Broadcast {
  const listeners = new ChannelListeners(log);
  return {
    async publish(channel, message) {
      // Asynchronously, because a listener must not run in the middle of the publisher's code.
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

import type { Logger } from '../log.ts';

interface Listener {
  readonly onMessage: (message: string) => void;
  readonly onGap: (() => void) | undefined;
}

/** The listeners of each channel in this process. */
export class ChannelListeners {
  readonly #channels = new Map<string, Set<Listener>>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  get channels(): string[] {
    return [...this.#channels.keys()];
  }

  /** @returns whether it is the channel's first listener, and a function that removes it and returns whether it was the last */
  add(channel: string, listener: Listener): { first: boolean; remove: () => { last: boolean } } {
    const listeners = this.#channels.get(channel) ?? new Set();
    const first = listeners.size === 0;
    if (first) this.#channels.set(channel, listeners);
    listeners.add(listener);
    return {
      first,
      remove: () => {
        const last = listeners.delete(listener) && listeners.size === 0;
        if (last) this.#channels.delete(channel);
        return { last };
      },
    };
  }

  deliver(channel: string, message: string): void {
    for (const { onMessage } of this.#channels.get(channel) ?? []) this.#guard(channel, () => onMessage(message));
  }

  reportGap(): void {
    for (const [channel, listeners] of this.#channels) {
      for (const { onGap } of listeners) if (onGap) this.#guard(channel, onGap);
    }
  }

  clear(): void {
    this.#channels.clear();
  }

  #guard(channel: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#log.error({ action: 'broadcast.listener-failed', channel, error }, 'A broadcast listener threw');
    }
  }
}

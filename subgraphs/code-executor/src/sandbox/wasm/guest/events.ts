type Listener = (...values: unknown[]) => unknown;

/** Node's `EventEmitter`. Source: https://nodejs.org/api/events.html */
export class EventEmitter {
  static defaultMaxListeners = 10;
  #listeners = new Map<string | symbol, { listener: Listener; call: Listener }[]>();

  on(event: string | symbol, listener: Listener): this {
    return this.#add(event, { listener, call: listener }, false);
  }

  prependListener(event: string | symbol, listener: Listener): this {
    return this.#add(event, { listener, call: listener }, true);
  }

  once(event: string | symbol, listener: Listener): this {
    const call: Listener = (...values) => {
      this.off(event, listener);
      return listener.apply(this, values);
    };
    return this.#add(event, { listener, call }, false);
  }

  off(event: string | symbol, listener: Listener): this {
    const all = this.#listeners.get(event) ?? [];
    const position = all.findLastIndex((entry) => entry.listener === listener);
    if (position >= 0) this.#listeners.set(event, all.toSpliced(position, 1));
    return this;
  }

  emit(event: string | symbol, ...values: unknown[]): boolean {
    const all = this.#listeners.get(event) ?? [];
    if (all.length === 0) {
      if (event === 'error')
        throw values[0] instanceof Error ? values[0] : new Error(`Unhandled error. (${String(values[0])})`);
      return false;
    }
    for (const { call } of all) __watchPromise(call.apply(this, values));
    return true;
  }

  removeAllListeners(event?: string | symbol): this {
    if (event === undefined) this.#listeners.clear();
    else this.#listeners.delete(event);
    return this;
  }

  listeners(event: string | symbol): Listener[] {
    return (this.#listeners.get(event) ?? []).map(({ listener }) => listener);
  }

  listenerCount(event: string | symbol): number {
    return this.#listeners.get(event)?.length ?? 0;
  }

  eventNames(): (string | symbol)[] {
    return [...this.#listeners].filter(([, all]) => all.length > 0).map(([event]) => event);
  }

  setMaxListeners(): this {
    return this;
  }

  getMaxListeners(): number {
    return EventEmitter.defaultMaxListeners;
  }

  addListener(event: string | symbol, listener: Listener): this {
    return this.on(event, listener);
  }

  removeListener(event: string | symbol, listener: Listener): this {
    return this.off(event, listener);
  }

  #add(event: string | symbol, entry: { listener: Listener; call: Listener }, first: boolean): this {
    if (typeof entry.listener !== 'function') throw new TypeError('The "listener" argument must be of type function');
    if (event !== 'newListener') this.emit('newListener', event, entry.listener);
    const all = this.#listeners.get(event) ?? [];
    this.#listeners.set(event, first ? [entry, ...all] : [...all, entry]);
    return this;
  }
}

export function once(emitter: EventEmitter, event: string | symbol): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const settle = (...values: unknown[]) => {
      emitter.off('error', fail);
      resolve(values);
    };
    const fail = (error: unknown) => {
      emitter.off(event, settle);
      reject(error);
    };
    emitter.once(event, settle);
    if (event !== 'error') emitter.once('error', fail);
  });
}

// `require('events')` is the class itself.
export default Object.assign(EventEmitter, { EventEmitter, once });

declare global {
  /** Reports the rejection of a promise that nobody handles; see module.source.ts. */
  function __watchPromise(value: unknown): unknown;
}

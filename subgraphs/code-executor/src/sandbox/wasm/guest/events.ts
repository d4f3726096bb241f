import { assertFunction, createCodedError, createRangeError } from './argument.errors.ts';
import { inspect } from './inspect.ts';
import { loadLibrary } from './lazy.ts';
import type { Emitter, EmitterClass, Listener } from './library.types.ts';

/** Node's `EventEmitter`. Source: https://nodejs.org/api/events.html */
export const EventEmitter = loadLibrary<EmitterClass>('events');
export type EventEmitter = Emitter;
export const { once } = EventEmitter;
/** Listeners of this event see each error, which still counts as unhandled. */
export const errorMonitor = Symbol('events.errorMonitor');

const methods = EventEmitter.prototype;
const { emit, listeners, setMaxListeners } = methods;

for (const name of [
  'on',
  'once',
  'off',
  'addListener',
  'removeListener',
  'prependListener',
  'prependOnceListener',
] as const) {
  const run = methods[name];
  methods[name] = function (event, listener) {
    assertFunction(listener, 'listener');
    return run.call(this, event, listener);
  };
}

methods.emit = function (event, ...values) {
  if (event === 'error') {
    if (this.listenerCount(errorMonitor) > 0) emit.call(this, errorMonitor, ...values);
    const [error] = values;
    if (this.listenerCount('error') === 0 && !(error instanceof Error)) {
      const unhandled = new Error(`Unhandled error. (${inspect(error)})`);
      throw Object.assign(createCodedError(unhandled, 'ERR_UNHANDLED_ERROR'), { context: error });
    }
  }
  return emit.call(this, event, ...values);
};

const { listenerCount } = methods;
methods.listenerCount = function (event, listener) {
  if (listener === undefined) return listenerCount.call(this, event);
  return listeners.call(this, event).filter((one) => one === listener).length;
};

methods.setMaxListeners = function (count) {
  if (typeof count !== 'number' || !(count >= 0)) throw createRangeError('setMaxListeners', '>= 0', count);
  return setMaxListeners.call(this, count);
};

/** Iterates over the events of a name until `return()` or an `error`. */
export function on(emitter: EventEmitter, event: string | symbol): AsyncIterableIterator<unknown[]> {
  const ready: unknown[][] = [];
  const waiting: PromiseWithResolvers<IteratorResult<unknown[]>>[] = [];
  let failure: { error: unknown } | null = null;
  let isDone = false;
  const add = (...values: unknown[]) => {
    const next = waiting.shift();
    if (next) next.resolve({ value: values, done: false });
    else ready.push(values);
  };
  const fail = (error: unknown) => {
    const next = waiting.shift();
    if (next) next.reject(error);
    else failure = { error };
    close();
  };
  const close = () => {
    isDone = true;
    emitter.off(event, add as Listener).off('error', fail as Listener);
    for (const { resolve } of waiting.splice(0)) resolve({ value: undefined, done: true });
  };
  emitter.on(event, add as Listener);
  if (event !== 'error') emitter.on('error', fail as Listener);
  return {
    async next() {
      const value = ready.shift();
      if (value) return { value, done: false };
      if (failure) {
        const { error } = failure;
        failure = null;
        throw error;
      }
      if (isDone) return { value: undefined, done: true };
      const next = Promise.withResolvers<IteratorResult<unknown[]>>();
      waiting.push(next);
      return next.promise;
    },
    async return() {
      close();
      return { value: undefined, done: true };
    },
    async throw(error) {
      fail(error);
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

// `require('events')` is the class itself.
export default Object.assign(EventEmitter, { EventEmitter, once, on, errorMonitor });

declare global {
  /** Reports unhandled rejections of a promise; see module.source.ts. */
  function __watchPromise(value: unknown): unknown;
}

import { host } from './host.ts';

type Callback = (...values: unknown[]) => unknown;

export class Timeout {
  #refs = true;
  constructor(
    readonly id: number,
    readonly callback: Callback,
    readonly values: unknown[],
    public dueMs: number,
    readonly everyMs: number | null,
  ) {}
  ref(): this {
    this.#refs = true;
    return this;
  }
  unref(): this {
    this.#refs = false;
    return this;
  }
  hasRef(): boolean {
    return this.#refs;
  }
  refresh(): this {
    this.dueMs = host.now() + (this.everyMs ?? 0);
    return this;
  }
  [Symbol.toPrimitive](): number {
    return this.id;
  }
  [Symbol.dispose](): void {
    clearTimeout(this);
  }
}

const pending = new Map<number, Timeout>();
let lastId = 0;

function add(callback: unknown, dueMs: number, everyMs: number | null, values: unknown[]): Timeout {
  if (typeof callback !== 'function') {
    throw new TypeError(`The "callback" argument must be of type function. Received ${String(callback)}`);
  }
  const timeout = new Timeout(++lastId, callback as Callback, values, dueMs, everyMs);
  pending.set(timeout.id, timeout);
  return timeout;
}

const toDelay = (ms: unknown): number => Math.min(Math.max(Number(ms) || 1, 1), 2 ** 31 - 1);

export function setTimeout(callback: Callback, ms?: number, ...values: unknown[]): Timeout {
  return add(callback, host.now() + toDelay(ms), null, values);
}

export function setInterval(callback: Callback, ms?: number, ...values: unknown[]): Timeout {
  return add(callback, host.now() + toDelay(ms), toDelay(ms), values);
}

/** An immediate is due at once, so that it runs before all timers of the same turn. */
export function setImmediate(callback: Callback, ...values: unknown[]): Timeout {
  return add(callback, 0, null, values);
}

export function clearTimeout(timeout: Timeout | number | undefined | null): void {
  if (timeout !== undefined && timeout !== null) pending.delete(Number(timeout));
}

export const clearInterval: typeof clearTimeout = (timeout) => clearTimeout(timeout);
export const clearImmediate: typeof clearTimeout = (timeout) => clearTimeout(timeout);

/** Milliseconds until the next timer; negative if none keeps the program running. */
export function nextDelayMs(): number {
  let next = Infinity;
  let alive = false;
  for (const timeout of pending.values()) {
    alive ||= timeout.hasRef();
    next = Math.min(next, timeout.dueMs);
  }
  return alive ? Math.max(0, next - host.now()) : -1;
}

/** Removes the timer that has been due longest. @returns null if none is due. Timers run one at a time, so that promises settle in between */
export function takeDue(): (() => void) | null {
  const now = host.now();
  let due: Timeout | null = null;
  for (const timeout of pending.values()) {
    if (timeout.dueMs <= now && (due === null || timeout.dueMs < due.dueMs)) due = timeout;
  }
  if (due === null) return null;
  const timeout = due;
  if (timeout.everyMs === null) pending.delete(timeout.id);
  else timeout.dueMs = now + timeout.everyMs;
  return () => void __watchPromise(timeout.callback.apply(timeout, timeout.values));
}

const sleep = (ms?: number, value?: unknown): Promise<unknown> =>
  new Promise((done) => setTimeout(() => done(value), ms));
export const promises = {
  setTimeout: sleep,
  setImmediate: (value?: unknown) => new Promise((done) => setImmediate(() => done(value))),
  scheduler: { wait: sleep, yield: () => sleep(0) },
  async *setInterval(ms?: number, value?: unknown) {
    for (;;) {
      await sleep(ms);
      yield value;
    }
  },
};

export default { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, promises };

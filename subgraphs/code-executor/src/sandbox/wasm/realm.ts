/** The globals that stay: those of the language, and those that Pyodide needs. */
const KEPT_GLOBALS: ReadonlySet<string> = new Set(
  `globalThis Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise
  RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON Math Intl
  ArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array
  Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set Iterator WeakMap WeakSet WeakRef
  Proxy Reflect FinalizationRegistry SuppressedError DisposableStack AsyncDisposableStack decodeURI decodeURIComponent
  encodeURI encodeURIComponent escape unescape eval isFinite isNaN SharedArrayBuffer WebAssembly
  console TextDecoder TextEncoder setTimeout clearTimeout performance URL queueMicrotask atob btoa`.split(/\s+/),
);

/**
 * Removes all of Node's objects from the global object: `process`, `require`, `fetch`, `Buffer` and so on. Timers return numbers
 * and the console prints nothing, so that neither gives access to an object of Node.
 */
export function scrubGlobals(): void {
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  const timers = new Map<number, NodeJS.Timeout>();
  let lastId = 0;
  const silent = () => undefined;
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!KEPT_GLOBALS.has(name)) delete (globalThis as Record<string, unknown>)[name];
  }
  Object.assign(globalThis, {
    console: { log: silent, info: silent, warn: silent, error: silent, debug: silent },
    setTimeout: (callback: () => void, ms?: number) => {
      const id = ++lastId;
      timers.set(
        id,
        start(() => {
          timers.delete(id);
          callback();
        }, ms),
      );
      return id;
    },
    clearTimeout: (id: number) => {
      stop(timers.get(id));
      timers.delete(id);
    },
  });
}

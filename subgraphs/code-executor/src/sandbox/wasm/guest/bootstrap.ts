import { writeText } from './bytes.ts';
import console from './console.ts';
import { addProjectFile } from './files.ts';
import { host } from './host.ts';
import { inspect } from './inspect.ts';
import { defineLazyGlobals } from './lazy.ts';
import { requireFile } from './modules.ts';
import process, { runTicks, started } from './process.ts';
import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  nextDelayMs,
  setImmediate,
  setInterval,
  setTimeout,
  takeDue,
} from './timers.ts';

const globals: Record<string, unknown> = {
  console,
  process,
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
  global: globalThis,
  queueMicrotask: (callback: () => unknown) => void watchPromise(Promise.resolve().then(callback)),
  fetch: () => Promise.reject(new TypeError('fetch failed: there is no network in this sandbox')),
  __watchPromise: watchPromise,
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

defineLazyGlobals('node:buffer', ['Buffer', 'atob', 'btoa']);
defineLazyGlobals('internal:text.encoding', ['TextDecoder', 'TextEncoder']);
defineLazyGlobals('node:url', ['URL', 'URLSearchParams']);
defineLazyGlobals('node:crypto', ['crypto']);
defineLazyGlobals('node:perf_hooks', ['performance']);
defineLazyGlobals('internal:structured.clone', ['structuredClone']);

const originalThen = Promise.prototype.then;

function watchPromise(value: unknown): unknown {
  if (value instanceof Promise) originalThen.call(value, undefined, (reason) => reportRejection(reason, value));
  return value;
}

function reportRejection(reason: unknown, promise: unknown): void {
  if (process.listenerCount('unhandledRejection') > 0) process.emit('unhandledRejection', reason, promise);
  else reportUncaught(reason);
}

/** Prints an uncaught error and ends with exit code 1, unless the program has a listener for it. */
export function reportUncaught(error: unknown): void {
  if (process.listenerCount('uncaughtException') > 0) {
    process.emit('uncaughtException', error, 'uncaughtException');
    return;
  }
  const text = error instanceof Error ? inspect(error) : `Uncaught ${inspect(error)}`;
  writeText(2, `${text}\n`);
  process.exitCode = 1;
  process.finish();
  host.exit(Number(process.exitCode) & 255);
}

interface Start {
  entry: string;
  args: string[];
  stdin: string;
  format: 'module' | 'commonjs';
}

let entryPending = false;

export function addFile(path: string, content: ArrayBuffer): void {
  addProjectFile(path, new Uint8Array(content));
}

/** Starts the program. Its synchronous part runs during this call. */
export function start(json: string): void {
  const { entry, args, stdin, format } = JSON.parse(json) as Start;
  process.argv.push(entry, ...args);
  started.stdin = stdin;
  started.entry = entry;
  if (format === 'commonjs') {
    requireFile(entry);
    return;
  }
  entryPending = true;
  import(entry).then(
    () => {
      entryPending = false;
    },
    (error) => {
      entryPending = false;
      reportUncaught(error);
    },
  );
}

export { nextDelayMs, runTicks };

/** Runs the next due timer. @returns false if none is due */
export function runTimer(): boolean {
  const run = takeDue();
  run?.();
  return run !== null;
}

/** Called when the program has nothing left to do. @returns the exit code */
export function finish(): number {
  if (entryPending && process.exitCode === undefined) {
    writeText(2, 'Warning: Detected unsettled top-level await\n');
    process.exitCode = 13;
  }
  process.emit('beforeExit', Number(process.exitCode ?? 0));
  process.finish();
  return Number(process.exitCode ?? 0) & 255;
}

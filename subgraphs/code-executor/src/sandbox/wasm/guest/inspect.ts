import { lazy, loadLibrary } from './lazy.ts';
import type { Inspect, InspectLibrary, InspectOptions } from './library.types.ts';

export type { InspectOptions };
export const customInspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** Node's own `util.inspect` and `util.format`, out of its sources by a package. Most programs never show an object. */
export const loadInspect = lazy(() => {
  const library = loadLibrary<InspectLibrary>('inspect');
  completeStacks();
  return library;
});

export function inspect(...parameters: Parameters<Inspect>): string {
  return loadInspect().inspect(...parameters);
}

/** What `console.log` prints. */
export function format(...values: unknown[]): string {
  const [first] = values;
  const isPlain =
    (typeof first !== 'string' || values.length === 1 || !first.includes('%')) && values.every(isPrimitive);
  return isPlain ? values.map(toPlainText).join(' ') : loadInspect().format(...values);
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}

function toPlainText(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Frames of the guest's own modules and of the engine: nothing of the program's. */
function isForeign(frame: string): boolean {
  return frame.endsWith('(native)') || /\((?:internal|library|node):/.test(frame);
}

/**
 * The engine's stacks hold the frames only, V8's begin with what was thrown: it is added before an error is shown. An error that
 * is given back by this method is shown like any other.
 */
function completeStacks(): void {
  Object.defineProperty(Error.prototype, customInspect, {
    writable: true,
    configurable: true,
    enumerable: false,
    value(this: Error) {
      const own = Object.getOwnPropertyDescriptor(this, 'stack');
      if (typeof own?.value !== 'string' || !own.writable) return this;
      const lines = own.value.split('\n');
      const [first = ''] = lines;
      if (first !== '' && !/^\s+at /.test(first)) return this;
      const frames = lines.filter((line) => line !== '' && !isForeign(line));
      this.stack = [toHeadline(this), ...frames].join('\n');
      return this;
    },
  });
}

function toHeadline(error: Error): string {
  try {
    return String(error);
  } catch {
    // A name or message that cannot be read is shown as an error without either.
    return 'Error';
  }
}

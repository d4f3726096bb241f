import { lazy, loadLibrary } from './lazy.ts';
import type { Inspect, InspectLibrary, InspectOptions } from './library.types.ts';

export type { InspectOptions };
export const customInspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** Loads Node's own `util.inspect` and `util.format` from a package, at the first use, because most programs never print an object. */
export const loadInspect = lazy(() => {
  const library = loadLibrary<InspectLibrary>('inspect');
  completeStacks();
  return library;
});

export function inspect(...parameters: Parameters<Inspect>): string {
  return loadInspect().inspect(...parameters);
}

/** Formats values like `console.log`. */
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

/** Whether a frame belongs to the guest's modules or the engine rather than to the program. */
function isForeign(frame: string): boolean {
  return frame.endsWith('(native)') || /\((?:internal|library|node):/.test(frame);
}

/**
 * Completes errors' stacks before they are printed. The engine's stacks contain only frames, while V8's begin with the error's name
 * and message. The method returns the error itself, which is then printed as usual.
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
    // If the name or message cannot be read, the error is printed without them.
    return 'Error';
  }
}

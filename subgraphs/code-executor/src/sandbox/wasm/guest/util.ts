import { isDeepStrictEqual } from './comparisons.ts';

import { loadInspect } from './inspect.ts';
import { TextDecoder, TextEncoder } from './text.encoding.ts';
import * as types from './types.ts';

type Callback = (error: unknown, value?: unknown) => void;
type AnyFunction = (...values: unknown[]) => unknown;

export const { format, formatWithOptions, inspect, stripVTControlCharacters } = loadInspect();
export { isDeepStrictEqual, TextDecoder, TextEncoder, types };

export function promisify(run: AnyFunction): AnyFunction {
  if ((run as unknown) === setTimeout)
    return (ms: unknown, value: unknown) => new Promise((done) => setTimeout(() => done(value), ms as number));
  return (...values) =>
    new Promise((resolve, reject) => {
      run(...values, (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)));
    });
}

export function callbackify(run: (...values: unknown[]) => Promise<unknown>): AnyFunction {
  return (...values) => {
    const callback = values.pop() as Callback;
    run(...values).then(
      (value) => callback(null, value),
      (error) => callback(error),
    );
  };
}

export function inherits(child: AnyFunction, parent: AnyFunction): void {
  Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(child.prototype, parent.prototype);
}

export const deprecate = (run: AnyFunction): AnyFunction => run;
export const debuglog = (): (() => void) => () => undefined;

const codes: Record<string, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  white: [37, 39],
  gray: [90, 39],
};
export function styleText(styles: string | string[], text: string): string {
  return [styles].flat().reduceRight((inner, style) => {
    const [on, off] = codes[style] ?? [0, 0];
    return `\x1b[${on}m${inner}\x1b[${off}m`;
  }, text);
}

export function parseArgs({
  args = process.argv.slice(2),
  options = {},
}: {
  args?: string[];
  options?: Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean; default?: unknown }>;
} = {}): { values: Record<string, unknown>; positionals: string[] } {
  const values: Record<string, unknown> = {};
  const positionals: string[] = [];
  for (const [name, option] of Object.entries(options)) if ('default' in option) values[name] = option.default;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    if (argument === '--') {
      positionals.push(...args.slice(index + 1));
      break;
    }
    const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(argument) ?? /^-(\w)()$/.exec(argument);
    if (!match) {
      positionals.push(argument);
      continue;
    }
    const name = argument.startsWith('--')
      ? match[1]!
      : (Object.keys(options).find((key) => options[key]!.short === match[1]) ?? match[1]!);
    const option = options[name];
    if (!option)
      throw Object.assign(new TypeError(`Unknown option '${argument}'`), { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' });
    const value = option.type === 'boolean' ? true : match[2] || args[++index];
    values[name] = option.multiple ? [...((values[name] as unknown[]) ?? []), value] : value;
  }
  return { values, positionals };
}

export default {
  inspect,
  format,
  formatWithOptions,
  isDeepStrictEqual,
  promisify,
  callbackify,
  inherits,
  deprecate,
  debuglog,
  stripVTControlCharacters,
  styleText,
  types,
  parseArgs,
  TextDecoder,
  TextEncoder,
};

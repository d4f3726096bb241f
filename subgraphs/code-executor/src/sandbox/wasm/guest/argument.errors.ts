import { inspect } from './inspect.ts';

/** Creates an error like Node's for wrong arguments: it has a `code`, and its stack begins with `TypeError [CODE]: `. */
export function createCodedError<E extends Error>(error: E, code: string): E {
  Object.defineProperty(error, 'stack', {
    value: `${error.name} [${code}]: ${error.message}\n${error.stack ?? ''}`,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return Object.assign(error, { code });
}

/** Describes a value like Node's messages: `null`, `type string ('text')`, `an instance of Map`. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const name = (value as { constructor?: { name?: string } }).constructor?.name;
    return name ? `an instance of ${name}` : inspect(value, { depth: -1 });
  }
  const text = inspect(value, { colors: false });
  return `type ${typeof value} (${text.length > 28 ? `${text.slice(0, 25)}...` : text})`;
}

/** @param expected `of type string`, `an instance of Buffer` */
export function createTypeError(name: string, expected: string, value: unknown): TypeError {
  const subject = name.includes('.') ? 'property' : 'argument';
  const named = name.endsWith(' argument') ? name : `"${name}" ${subject}`;
  const message = `The ${named} must be ${expected}. Received ${describe(value)}`;
  return createCodedError(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

export function createRangeError(name: string, expected: string, value: unknown): RangeError {
  const shown =
    (typeof value === 'number' || typeof value === 'bigint') && Math.abs(Number(value)) > 2 ** 32
      ? `${String(value).replace(/\B(?=(\d{3})+$)/g, '_')}${typeof value === 'bigint' ? 'n' : ''}`
      : inspect(value);
  const message = `The value of "${name}" is out of range. It must be ${expected}. Received ${shown}`;
  return createCodedError(new RangeError(message), 'ERR_OUT_OF_RANGE');
}

export function assertString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw createTypeError(name, 'of type string', value);
}

export function assertFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw createTypeError(name, 'of type function', value);
}

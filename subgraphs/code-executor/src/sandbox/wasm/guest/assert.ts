import { isDeepLooseEqual, isDeepStrictEqual } from './equality.ts';
import { inspect } from './inspect.ts';

interface Failure {
  message?: string;
  actual?: unknown;
  expected?: unknown;
  operator?: string;
}

/** Source: https://nodejs.org/api/assert.html */
export class AssertionError extends Error {
  readonly code = 'ERR_ASSERTION';
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;
  constructor({ message = 'Failed', actual, expected, operator = 'fail' }: Failure) {
    super(message);
    this.name = 'AssertionError';
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
  }
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

type Message = string | Error | undefined;
type Expected =
  | RegExp
  | (new (
      ...values: never[]
    ) => object)
  | ((error: unknown) => boolean)
  | Record<string, unknown>
  | string;

function check(holds: boolean, message: Message, failure: Failure): void {
  if (holds) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({ ...failure, message: message ?? failure.message });
}

function compare(operator: string, complaint: string, holds: (actual: unknown, expected: unknown) => boolean) {
  return (actual: unknown, expected: unknown, message?: Message): void =>
    check(holds(actual, expected), message, {
      message: `${complaint}\n\n${inspect(actual)} !== ${inspect(expected)}\n`,
      actual,
      expected,
      operator,
    });
}

function matches(error: unknown, expected: Expected | undefined): boolean {
  if (expected === undefined || typeof expected === 'string') return true;
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected === 'function') {
    if (expected.prototype !== undefined && error instanceof (expected as new () => object)) return true;
    if ((expected as unknown) === Error || expected.prototype instanceof Error) return false;
    return (expected as (error: unknown) => boolean).call({}, error) === true;
  }
  return Object.entries(expected).every(([key, value]) => {
    const actual = (error as Record<string, unknown>)?.[key];
    return value instanceof RegExp && typeof actual === 'string'
      ? value.test(actual)
      : isDeepStrictEqual(actual, value);
  });
}

function ok(value: unknown, message?: Message): void {
  check(Boolean(value), message, {
    message: 'The expression evaluated to a falsy value',
    actual: value,
    expected: true,
    operator: '==',
  });
}

export const fail = (message?: Message): never => {
  check(false, message, {});
  throw new Error('unreachable');
};
export const equal = compare(
  '==',
  'Expected values to be loosely equal:',
  // biome-ignore lint/suspicious/noDoubleEquals: the loose comparison is what is asked for
  (actual, expected) => actual == expected || Object.is(actual, expected),
);
export const notEqual = compare(
  '!=',
  'Expected values to differ:',
  // biome-ignore lint/suspicious/noDoubleEquals: the loose comparison is what is asked for
  (actual, expected) => actual != expected,
);
export const strictEqual = compare('strictEqual', 'Expected values to be strictly equal:', Object.is);
export const notStrictEqual = compare(
  'notStrictEqual',
  'Expected values to differ:',
  (actual, expected) => !Object.is(actual, expected),
);
export const deepEqual = compare('deepEqual', 'Expected values to be loosely deep-equal:', isDeepLooseEqual);
export const deepStrictEqual = compare(
  'deepStrictEqual',
  'Expected values to be strictly deep-equal:',
  isDeepStrictEqual,
);
export const notDeepStrictEqual = compare(
  'notDeepStrictEqual',
  'Expected values not to be deep-equal:',
  (actual, expected) => !isDeepStrictEqual(actual, expected),
);
export const notDeepEqual = compare(
  'notDeepEqual',
  'Expected values not to be deep-equal:',
  (actual, expected) => !isDeepLooseEqual(actual, expected),
);

export function match(text: string, pattern: RegExp, message?: Message): void {
  check(pattern.test(text), message, {
    message: `The input did not match the regular expression ${pattern}. Input:\n\n${inspect(text)}\n`,
    actual: text,
    expected: pattern,
    operator: 'match',
  });
}

export function doesNotMatch(text: string, pattern: RegExp, message?: Message): void {
  check(!pattern.test(text), message, {
    message: `The input was expected to not match ${pattern}`,
    actual: text,
    expected: pattern,
    operator: 'doesNotMatch',
  });
}

export function throws(run: () => unknown, expected?: Expected, message?: Message): void {
  let thrown: { error: unknown } | null = null;
  try {
    run();
  } catch (error) {
    thrown = { error };
  }
  settle(thrown, expected, message, 'Missing expected exception.');
}

export async function rejects(
  promise: Promise<unknown> | (() => Promise<unknown>),
  expected?: Expected,
  message?: Message,
): Promise<void> {
  let thrown: { error: unknown } | null = null;
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    thrown = { error };
  }
  settle(thrown, expected, message, 'Missing expected rejection.');
}

function settle(
  thrown: { error: unknown } | null,
  expected: Expected | undefined,
  message: Message,
  complaint: string,
): void {
  if (!thrown)
    check(false, typeof expected === 'string' ? expected : message, {
      message: complaint,
      operator: 'throws',
      expected,
    });
  else if (!matches(thrown.error, expected)) throw thrown.error;
}

export function doesNotThrow(run: () => unknown): void {
  run();
}

export async function doesNotReject(promise: Promise<unknown> | (() => Promise<unknown>)): Promise<void> {
  await (typeof promise === 'function' ? promise() : promise);
}

export function ifError(value: unknown): void {
  if (value !== null && value !== undefined) throw value;
}

const assert = Object.assign(ok, {
  ok,
  fail,
  equal,
  notEqual,
  strictEqual,
  notStrictEqual,
  deepEqual,
  notDeepEqual,
  deepStrictEqual,
  notDeepStrictEqual,
  match,
  doesNotMatch,
  throws,
  rejects,
  doesNotThrow,
  doesNotReject,
  ifError,
  AssertionError,
});
export const strict = Object.assign((value: unknown, message?: Message) => ok(value, message), {
  ...assert,
  equal: strictEqual,
  notEqual: notStrictEqual,
  deepEqual: deepStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
export { ok };
export default Object.assign(assert, { strict });

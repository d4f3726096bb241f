import { createCodedError, createTypeError } from './argument.errors.ts';
import { AssertionError, fail as failWith } from './assertion.error.ts';
import { isDeepEqual, isDeepStrictEqual } from './comparisons.ts';
import { assertExpected, type Expected } from './expected.exception.ts';
import { inspect } from './inspect.ts';

export { AssertionError };

/** Source: https://nodejs.org/api/assert.html */
type Message = string | Error | undefined;

function check(
  holds: boolean,
  message: Message,
  failure: { actual: unknown; expected: unknown; operator: string; generated?: string },
) {
  if (!holds) failWith({ ...failure, message });
}

function compare(operator: string, holds: (actual: unknown, expected: unknown) => boolean) {
  return (...values: [actual?: unknown, expected?: unknown, message?: Message]): void => {
    if (values.length < 2) {
      const missing = 'The "actual" and "expected" arguments must be specified';
      throw createCodedError(new TypeError(missing), 'ERR_MISSING_ARGS');
    }
    const [actual, expected, message] = values;
    check(holds(actual, expected), message, { actual, expected, operator });
  };
}

export function ok(...values: [value?: unknown, message?: Message]): void {
  const [value, message] = values;
  check(Boolean(value), message, {
    actual: values.length === 0 ? undefined : value,
    expected: true,
    operator: '==',
    generated:
      values.length === 0 ? 'No value argument passed to `assert.ok()`' : 'The expression evaluated to a falsy value',
  });
}

export function fail(message?: Message): never {
  return failWith({ message, generated: 'Failed', operator: 'fail' });
}

/** `==` with NaN equal to itself. */
function isLooselyEqual(left: unknown, right: unknown): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: the loose comparison is intended
  return left == right || (Number.isNaN(left) && Number.isNaN(right));
}

export const equal = compare('==', isLooselyEqual);
export const notEqual = compare('!=', (actual, expected) => !isLooselyEqual(actual, expected));
export const strictEqual = compare('strictEqual', Object.is);
export const notStrictEqual = compare('notStrictEqual', (actual, expected) => !Object.is(actual, expected));
const isDeeplyLoose = (left: unknown, right: unknown): boolean => Object.is(left, right) || isDeepEqual(left, right);
export const deepEqual = compare('deepEqual', isDeeplyLoose);
export const notDeepEqual = compare('notDeepEqual', (actual, expected) => !isDeeplyLoose(actual, expected));
export const deepStrictEqual = compare('deepStrictEqual', isDeepStrictEqual);
export const notDeepStrictEqual = compare('notDeepStrictEqual', (...pair) => !isDeepStrictEqual(...pair));
export const partialDeepStrictEqual = compare('partialDeepStrictEqual', holdsPart);

/** Whether a value contains another one: the same types and at least the same properties, recursively. */
function holdsPart(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null)
    return Object.is(actual, expected);
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return false;
  if (Array.isArray(expected)) {
    let from = 0;
    return expected.every((item) => {
      const found = (actual as unknown[]).findIndex((other, index) => index >= from && holdsPart(other, item));
      from = found + 1;
      return found >= 0;
    });
  }
  if (Object.getPrototypeOf(expected) !== Object.prototype && Object.getPrototypeOf(expected) !== null)
    return isDeepStrictEqual(actual, expected);
  return Reflect.ownKeys(expected).every((key) =>
    Object.hasOwn(actual, key) ? holdsPart(Reflect.get(actual, key), Reflect.get(expected, key)) : false,
  );
}

function matchText(operator: string, text: unknown, pattern: RegExp, message: Message): void {
  if (!(pattern instanceof RegExp)) throw createTypeError('regexp', 'an instance of RegExp', pattern);
  const isMatch = typeof text === 'string' && pattern.test(text);
  const not = operator === 'match' ? 'did not match' : 'was expected to not match';
  const generated =
    typeof text === 'string'
      ? `The input ${not} the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`
      : createTypeError('string', 'of type string', text).message;
  const holds = typeof text === 'string' && isMatch === (operator === 'match');
  check(holds, message, { actual: text, expected: pattern, operator, generated });
}

export const match = (text: string, pattern: RegExp, message?: Message): void =>
  matchText('match', text, pattern, message);
export const doesNotMatch = (text: string, pattern: RegExp, message?: Message): void =>
  matchText('doesNotMatch', text, pattern, message);

function catchThrown(run: unknown): { error: unknown } | null {
  if (typeof run !== 'function') throw createTypeError('fn', 'of type function', run);
  try {
    run();
    return null;
  } catch (error) {
    return { error };
  }
}

async function catchRejected(promise: unknown): Promise<{ error: unknown } | null> {
  if (typeof promise !== 'function' && typeof (promise as Promise<unknown> | null)?.then !== 'function')
    throw createTypeError('promiseFn', 'of type function or an instance of Promise', promise);
  try {
    await (typeof promise === 'function' ? promise() : promise);
    return null;
  } catch (error) {
    return { error };
  }
}

export function throws(run: () => unknown, expected?: Expected, message?: Message): void {
  assertExpected('throws', catchThrown(run), expected, message);
}

export async function rejects(promise: unknown, expected?: Expected, message?: Message): Promise<void> {
  assertExpected('rejects', await catchRejected(promise), expected, message);
}

function refuseThrown(operator: string, thrown: { error: unknown } | null, hint: unknown): void {
  if (!thrown) return;
  const kind = operator === 'doesNotReject' ? 'rejection' : 'exception';
  const details = typeof hint === 'string' ? `: ${hint}` : '.';
  const { error: actual } = thrown;
  const message = `Got unwanted ${kind}${details}\nActual message: "${(actual as Error | null)?.message}"`;
  failWith({ actual, expected: typeof hint === 'string' ? undefined : hint, operator, message });
}

export function doesNotThrow(run: () => unknown, ...hints: unknown[]): void {
  refuseThrown('doesNotThrow', catchThrown(run), hints.at(-1));
}

export async function doesNotReject(promise: unknown, ...hints: unknown[]): Promise<void> {
  refuseThrown('doesNotReject', await catchRejected(promise), hints.at(-1));
}

export function ifError(value: unknown): void {
  if (value === null || value === undefined) return;
  const { message } = Object(value) as { message?: unknown };
  const text = typeof message === 'string' ? message || Object(value).constructor?.name : inspect(value);
  failWith({
    actual: value,
    expected: null,
    operator: 'ifError',
    message: `ifError got unwanted exception: ${text}`,
  });
}

const methods = {
  AssertionError,
  deepEqual,
  deepStrictEqual,
  doesNotMatch,
  doesNotReject,
  doesNotThrow,
  equal,
  fail,
  ifError,
  match,
  notDeepEqual,
  notDeepStrictEqual,
  notEqual,
  notStrictEqual,
  ok,
  partialDeepStrictEqual,
  rejects,
  strictEqual,
  throws,
};
export const strict = Object.assign((...values: [value?: unknown, message?: Message]) => ok(...values), methods, {
  equal: strictEqual,
  notEqual: notStrictEqual,
  deepEqual: deepStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
Object.assign(strict, { strict });
export default Object.assign((...values: [value?: unknown, message?: Message]) => ok(...values), methods, { strict });

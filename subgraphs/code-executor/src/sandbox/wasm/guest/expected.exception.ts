import { createCodedError } from './argument.errors.ts';
import { AssertionError, fail } from './assertion.error.ts';
import { isDeepStrictEqual } from './comparisons.ts';
import { inspect } from './inspect.ts';

/** The expectation of `throws` and `rejects` about the error. */
export type Expected = RegExp | string | Record<string, unknown> | ((error: unknown) => unknown);

type Operator = 'throws' | 'rejects';
type Message = string | Error | undefined;

/** @param thrown null if nothing was thrown */
export function assertExpected(
  operator: Operator,
  thrown: { error: unknown } | null,
  expected: Expected | undefined,
  message: Message,
): void {
  if (typeof expected === 'string') {
    if (thrown && (thrown.error === expected || (thrown.error as Error | null)?.message === expected)) {
      const text = `The "error/message" argument is ambiguous. The error ${thrown.error === expected ? '' : 'message '}"${expected}" is identical to the message.`;
      throw createCodedError(new TypeError(text), 'ERR_AMBIGUOUS_ARGUMENT');
    }
    assertExpected(operator, thrown, undefined, expected);
    return;
  }
  if (thrown) {
    if (expected !== undefined) assertMatch(operator, thrown.error, expected, message);
    return;
  }
  const { name } = (expected ?? {}) as { name?: unknown };
  const kind = operator === 'rejects' ? 'rejection' : 'exception';
  const details = `${name ? ` (${String(name)})` : ''}${message ? `: ${String(message)}` : '.'}`;
  fail({ actual: undefined, expected, operator, message: `Missing expected ${kind}${details}` });
}

function assertMatch(operator: Operator, actual: unknown, expected: Exclude<Expected, string>, message: Message): void {
  if (expected instanceof RegExp) {
    const text = String(actual);
    if (expected.test(text)) return;
    const generated = `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(text)}\n`;
    fail({ actual, expected, operator, message, generated });
  } else if (typeof expected === 'function') assertByFunction(operator, actual, expected, message);
  else assertByFields(operator, actual, expected, message);
}

function assertByFunction(
  operator: Operator,
  actual: unknown,
  expected: (error: unknown) => unknown,
  message: Message,
): void {
  if (expected.prototype !== undefined && actual instanceof expected) return;
  if (expected === (Error as unknown) || Object.prototype.isPrototypeOf.call(Error, expected)) {
    const isError = actual instanceof Error;
    const received = isError ? actual.name : inspect(actual, { depth: -1 });
    const details = isError ? `\n\nError message:\n\n${actual.message}` : '';
    const generated = `The error is expected to be an instance of "${expected.name}". Received "${received}"${details}`;
    fail({ actual, expected, operator, message, generated });
  }
  const result = expected.call({}, actual);
  if (result === true) return;
  const name = expected.name ? `"${expected.name}" ` : '';
  const caught = actual instanceof Error ? `\n\nCaught error:\n\n${String(actual)}` : '';
  const generated = `The ${name}validation function is expected to return "true". Received ${inspect(result)}${caught}`;
  fail({ actual, expected, operator, message, generated });
}

/** The compared properties of an error. The class name appears in the printed difference. */
class Comparison {
  constructor(source: object, keys: readonly string[], actual?: object) {
    for (const key of keys) {
      if (!(key in source)) continue;
      const [wanted, given] = [Reflect.get(source, key), actual && Reflect.get(actual, key)];
      const isMatch = wanted instanceof RegExp && typeof given === 'string' && wanted.test(given);
      Object.assign(this, { [key]: isMatch ? given : wanted });
    }
  }
}

function assertByFields(
  operator: Operator,
  actual: unknown,
  expected: Record<string, unknown>,
  message: Message,
): void {
  const keys = [...Object.keys(expected), ...(expected instanceof Error ? ['name', 'message'] : [])];
  const error = Object(actual) as Record<string, unknown>;
  const isSame = keys.every((key) => {
    const [given, wanted] = [error[key], expected[key]];
    if (wanted instanceof RegExp && typeof given === 'string') return wanted.test(given);
    return key in error && isDeepStrictEqual(given, wanted);
  });
  if (isSame) return;
  if (message !== undefined) fail({ actual, expected, operator, message });
  const failure = new AssertionError({
    actual: new Comparison(error, keys),
    expected: new Comparison(expected, keys, error),
    operator: 'deepStrictEqual',
  });
  throw Object.assign(failure, { actual, expected, operator });
}

import { createCodedError } from './argument.errors.ts';
import { describeFailure } from './assert.messages.ts';

export interface Failure {
  readonly message?: unknown;
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly operator?: string;
}

/** Source: https://nodejs.org/api/assert.html#class-assertassertionerror */
export class AssertionError extends Error {
  generatedMessage: boolean;
  declare code: 'ERR_ASSERTION';
  actual: unknown;
  expected: unknown;
  operator: string | undefined;
  readonly diff = 'simple';

  constructor({ message, actual, expected, operator }: Failure) {
    super(toMessage(message, operator, actual, expected));
    this.generatedMessage = message === undefined || message === null;
    Object.defineProperty(this, 'name', { value: 'AssertionError', configurable: true, writable: true });
    createCodedError(this, 'ERR_ASSERTION');
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
  }

  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

function toMessage(message: unknown, operator: string | undefined, actual: unknown, expected: unknown): string {
  if (message === undefined || message === null) return describeFailure(String(operator), actual, expected);
  const hasDifference = operator === 'strictEqual' || operator === 'deepStrictEqual';
  return hasDifference ? describeFailure(operator, actual, expected, String(message)) : String(message);
}

/**
 * @param failure.message the program's own message; an error is thrown as it is
 * @param failure.generated the default message, if it does not follow from the operator
 */
export function fail({ message, generated, ...failure }: Failure & { readonly generated?: string }): never {
  if (message instanceof Error) throw message;
  if (message !== undefined || generated === undefined) throw new AssertionError({ ...failure, message });
  const error = new AssertionError({ ...failure, message: generated });
  error.generatedMessage = true;
  throw error;
}

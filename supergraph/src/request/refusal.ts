import { AppError, type ErrorCode } from '@vibecode/platform/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import './errors.ts';

/** A request refused before it ran: the errors go to the client without `data`. */
export class RefusedRequestError extends Error {
  /** @param options what an operator should know of the cause, and the client not */
  constructor(
    readonly errors: readonly GraphQLFormattedError[],
    options?: ErrorOptions,
  ) {
    super(errors.map(({ message }) => message).join('; '), options);
  }
}

export function refusal(code: ErrorCode, message: string): RefusedRequestError {
  return new RefusedRequestError([{ message, extensions: { code } }]);
}

/** What a client may know of a failure before execution. */
export function asRefusal(error: unknown, code: ErrorCode): Error {
  if (error instanceof RefusedRequestError) return error;
  if (error instanceof AppError) {
    return new RefusedRequestError([{ message: error.message, extensions: { ...error.details, code: error.code } }]);
  }
  if (error instanceof GraphQLError) return new RefusedRequestError([withCode(error, code)]);
  return error instanceof Error ? error : new Error(String(error));
}

/** With the code that a GraphQL error has, or else this one. */
export function withCode(error: GraphQLError, code: ErrorCode): GraphQLFormattedError {
  const { message, locations, extensions } = error.toJSON();
  return { message, ...(locations && { locations }), extensions: { code, ...extensions } };
}

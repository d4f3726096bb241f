import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { toAppError } from '../errors.ts';
import type { Logger } from '../log.ts';

/** The code of masked errors. */
const INTERNAL_ERROR = 'INTERNAL_ERROR';

/** Converts an error for the client: the message of its `AppError`, or a general one for an unexpected error. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError && !error.originalError) return error;
  const cause = error instanceof GraphQLError ? error.originalError : error;
  const location = error instanceof GraphQLError ? error : undefined;
  const known = toAppError(cause);
  return new GraphQLError(known?.message ?? 'An unexpected error occurred in the service.', {
    nodes: location?.nodes ?? null,
    source: location?.source ?? null,
    positions: location?.positions ?? null,
    path: location?.path ?? null,
    extensions: known ? { ...known.details, code: known.code } : { code: INTERNAL_ERROR },
  });
}

/** Like `toGraphQLError`. A masked error is logged completely, and the answer has the request's id for finding it in the log. */
export function createErrorFormatter(log: Logger) {
  return (error: unknown, requestId: string): GraphQLFormattedError => {
    const shown = toGraphQLError(error);
    const formatted = shown.toJSON();
    if (shown.extensions.code !== INTERNAL_ERROR) return formatted;
    log.error({
      action: 'operation.failed',
      requestId,
      error: (error as GraphQLError).originalError ?? error,
      path: shown.path,
    });
    return { ...formatted, extensions: { ...formatted.extensions, requestId } };
  };
}

import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { toAppError } from '../errors.ts';
import type { Logger } from '../log.ts';

/** The code of everything that is masked. */
const INTERNAL_ERROR = 'INTERNAL_ERROR';

/** What a client reads of an error: the words of the `AppError` that it is or stands for, or that something unforeseen happened. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError && !error.originalError) return error;
  const cause = error instanceof GraphQLError ? error.originalError : error;
  const location = error instanceof GraphQLError ? error : undefined;
  const known = toAppError(cause);
  return new GraphQLError(known?.message ?? 'Something went wrong on our side.', {
    nodes: location?.nodes ?? null,
    source: location?.source ?? null,
    positions: location?.positions ?? null,
    path: location?.path ?? null,
    extensions: known ? { ...known.details, code: known.code } : { code: INTERNAL_ERROR },
  });
}

/** As `toGraphQLError`; what is masked is logged whole, and the answer names the request to look for. */
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

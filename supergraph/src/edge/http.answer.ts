import type { ServerResponse } from 'node:http';
import { AppError } from '@vibecode/platform/errors';

/**
 * Answers a request that is refused before GraphQL execution, as a GraphQL response.
 *
 * @throws anything that is not an AppError, because clients must not see it
 */
export function answerRefused(response: ServerResponse, error: unknown): void {
  if (!(error instanceof AppError)) throw error;
  const body = Buffer.from(
    JSON.stringify({ errors: [{ message: error.message, extensions: { ...error.details, code: error.code } }] }),
  );
  response.writeHead(error.status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': body.length,
    ...('headers' in error ? (error.headers as Record<string, string>) : {}),
    ...(error.status === 413 && { connection: 'close' }),
  });
  response.end(body);
}

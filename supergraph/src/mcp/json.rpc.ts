import type { ServerResponse } from 'node:http';
import { AppError } from '@vibecode/platform/errors';

/** A message of a client, as far as the gateway itself reads it. */
export interface ClientMessage {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: {
    readonly name?: unknown;
    readonly requestId?: unknown;
    readonly _meta?: Readonly<Record<string, unknown>>;
  };
}

export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
/** For what HTTP refuses. */
const REFUSED = -32_000;

export interface RpcError {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request that never reaches a tool. */
export function sendRpcError(
  response: ServerResponse,
  id: unknown,
  { status, code, message, data, headers }: RpcError,
): void {
  const answered = typeof id === 'string' || typeof id === 'number' ? id : null;
  const body = Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', error: { code, message, ...(data && { data }) }, id: answered }),
  );
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': body.length,
    ...(status === 413 && { connection: 'close' }),
    ...headers,
  });
  response.end(body);
}

/** @throws anything that is not an AppError, because clients must not see it */
export function toRpcError(error: unknown, code = REFUSED): RpcError {
  if (!(error instanceof AppError)) throw error;
  const headers = 'headers' in error ? (error.headers as Record<string, string>) : {};
  return { status: error.status, code, message: error.message, data: { ...error.details, code: error.code }, headers };
}

import type { ErrorCode } from '@vibecode/platform/errors';

export type SubgraphCallCode = Extract<
  ErrorCode,
  | 'SUBREQUEST_HTTP_ERROR'
  | 'GATEWAY_TIMEOUT'
  | 'REQUEST_RATE_LIMITED'
  | 'REQUEST_CONCURRENCY_LIMITED'
  | 'CIRCUIT_BREAKER_OPEN'
>;

/** Why a subgraph gave no answer. `reason` ends a sentence that names the subgraph. */
export class SubgraphCallError extends Error {
  override readonly name = 'SubgraphCallError';
  constructor(
    readonly code: SubgraphCallCode,
    readonly reason: string,
    /** Whether the instance is to blame, so that another one may do better. */
    readonly isInstanceFault = false,
  ) {
    super(reason);
  }
}

/** Codes rather than messages: the system's messages name hosts and ports that clients must not see. */
export function toCallError(error: unknown): SubgraphCallError {
  if (error instanceof SubgraphCallError) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const reason = typeof code === 'string' ? code : String(message ?? error);
  // A request that could not even be written says nothing of the instance.
  return new SubgraphCallError('SUBREQUEST_HTTP_ERROR', reason, code !== 'UND_ERR_INVALID_ARG');
}

/** Statuses by which a proxy or a server says that it could not serve the request at all. */
export function isInstanceFault(status: number): boolean {
  return status >= 502 && status <= 504;
}

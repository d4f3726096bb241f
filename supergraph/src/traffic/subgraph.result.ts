import type { AppError } from '@vibecode/platform/errors';
import type { GraphQLFormattedError } from 'graphql';
import { type GatewayFault, withOrigin } from '../request/error.origin.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import { type SubgraphCallCode, SubgraphCallError } from './call.error.ts';
import type { RawResponse } from './send.ts';

/** A subgraph's answer as a GraphQL result. Anything else becomes an error that names the subgraph. */
export function toResult(
  { status, body }: RawResponse,
  { subgraph, kind, isFinished }: SubgraphRequest,
): GraphQLResult {
  if (status === 200 && isFinished?.(body)) return new UnreadResult(body);
  let result: unknown;
  try {
    // Each caller parses its own copy, because plans merge into it.
    result = parseExactJson(body.toString('utf8'));
  } catch {
    // The client gets an error that names the subgraph.
    return unreachable(subgraph, `HTTP status ${status} and a body that is not JSON`, status);
  }
  if (typeof result === 'object' && result !== null && ('data' in result || 'errors' in result)) {
    const { data, errors } = result as GraphQLResult;
    if (Array.isArray(errors) && errors.length) return result as GraphQLResult;
    if (data && status >= 200 && status < 300) return result as GraphQLResult;
    // The status says that the subgraph failed, but the body has no error: the gateway adds one to the data.
    if (data) {
      const reason = `HTTP status ${status} and data without an error`;
      return { ...(result as GraphQLResult), ...unreachable(subgraph, reason, status) };
    }
    // The subgraph sends the events of this subscription by callbacks.
    if (kind === 'subscription' && status < 300) return { data: null };
  }
  return unreachable(subgraph, `HTTP status ${status} and a body that is not a GraphQL result`, status);
}

/** A result that is passed on as bytes. It is parsed when `data` is read. */
class UnreadResult implements GraphQLResult {
  constructor(readonly bytes: Buffer) {}

  get data(): GraphQLResult['data'] {
    return (parseExactJson(this.bytes.toString('utf8')) as GraphQLResult).data;
  }
}

/** Codes of the gateway's own limits, which say nothing of the subgraph's health. */
const LIMITED: ReadonlySet<SubgraphCallCode> = new Set(['REQUEST_RATE_LIMITED', 'REQUEST_CONCURRENCY_LIMITED']);

const FAILURE_BY_CODE: Readonly<Record<SubgraphCallCode, string>> = {
  SUBREQUEST_HTTP_ERROR: 'could not be reached or did not answer',
  GATEWAY_TIMEOUT: 'did not answer in time',
  REQUEST_RATE_LIMITED: 'was not called',
  REQUEST_CONCURRENCY_LIMITED: 'was not called',
  CIRCUIT_BREAKER_OPEN: 'was not called',
};

export function toFailure(service: string, { code, reason }: SubgraphCallError, status?: number): GraphQLResult {
  const error: GraphQLFormattedError = {
    message: `The subgraph '${service}' ${FAILURE_BY_CODE[code]}: ${reason}.`,
    extensions: { code, service, reason, ...(status && { http: { status } }) },
  };
  const fault: GatewayFault = { by: LIMITED.has(code) ? 'client' : 'subgraph', subgraphs: [service] };
  return { errors: [withOrigin(error, { fault })] };
}

/** The result when a coprocessor's stage failed: the subgraph was not called, or its answer is not used. */
export function toRefusal(service: string, { code, message, details }: AppError): GraphQLResult {
  return { errors: [{ message, extensions: { ...details, code, service } }] };
}

function unreachable(service: string, reason: string, status: number): GraphQLResult {
  return toFailure(service, new SubgraphCallError('SUBREQUEST_HTTP_ERROR', reason), status);
}

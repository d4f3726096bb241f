import type { RequestContext } from '../request/context.ts';
import type { SubgraphRequest } from '../request/message.ts';
import { traceHeadersOf } from '../request/observer.ts';
import type { SubgraphTraffic } from './subgraph.traffic.ts';

/**
 * The headers of a request to a subgraph.
 * @param own headers of the edge, which replace the gateway's of the same name
 */
export function toSubgraphHeaders(
  request: SubgraphRequest,
  context: RequestContext,
  traffic: SubgraphTraffic,
  own: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const { identity } = context;
  const { traceparent, tracestate, baggage } = traceHeadersOf(context);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: request.accept ?? 'application/graphql-response+json, application/json;q=0.9',
    'x-request-id': context.id,
  };
  if (identity) {
    if (identity.token) headers.authorization = `Bearer ${identity.token}`;
    if (identity.subject) headers['x-authenticated-user'] = identity.subject;
  }
  if (traceparent) headers.traceparent = request.traceparent ?? traceparent;
  if (tracestate) headers.tracestate = tracestate;
  if (baggage) headers.baggage = baggage;
  if (request.includesTrace) headers['apollo-federation-include-trace'] = 'ftv1';
  if (traffic.compression) headers['accept-encoding'] = 'gzip, deflate, br, zstd';
  return own ? Object.assign(headers, own) : headers;
}

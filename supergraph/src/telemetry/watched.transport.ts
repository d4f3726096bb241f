import type { SubgraphTransport } from '../request/context.ts';
import type { GraphQLResult } from '../request/message.ts';
import type { SubgraphCallCode } from '../traffic/call.error.ts';
import type { FetchOutcome } from './gateway.metrics.ts';
import { fail, toTraceparent } from './operation.trace.ts';
import type { Telemetry } from './telemetry.ts';

/** Measures every fetch as the plan sees it: retries, and waiting for one that is shared, are part of it. */
export function watchTransport(transport: SubgraphTransport, telemetryOf: () => Telemetry): SubgraphTransport {
  return {
    async fetch(request, context) {
      const { subgraph } = request;
      const startMs = performance.now();
      const span = context.watch?.trace?.recorded?.startFetch(subgraph, request.operationName);
      if (span) request.traceparent = toTraceparent(span);
      let outcome: FetchOutcome = 'cancelled';
      try {
        const result = await transport.fetch(request, context);
        outcome = toOutcome(result);
        return result;
      } finally {
        telemetryOf().metrics?.fetched(subgraph, outcome, performance.now() - startMs);
        if (span) {
          if (outcome !== 'ok') fail(span, outcome);
          span.end();
        }
      }
    },
  };
}

const UNREACHED: ReadonlySet<unknown> = new Set<SubgraphCallCode>([
  'SUBREQUEST_HTTP_ERROR',
  'GATEWAY_TIMEOUT',
  'REQUEST_RATE_LIMITED',
  'REQUEST_CONCURRENCY_LIMITED',
  'CIRCUIT_BREAKER_OPEN',
]);

function toOutcome(result: GraphQLResult): FetchOutcome {
  const { errors } = result;
  if (!errors?.length) return 'ok';
  return !result.data && UNREACHED.has(errors[0]?.extensions?.code) ? 'unreachable' : 'graphql_error';
}

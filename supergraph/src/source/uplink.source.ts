import { apolloSource } from './apollo.source.ts';
import type { SupergraphSource } from './supergraph.source.ts';

export interface UplinkOptions {
  /** `APOLLO_KEY`. */
  readonly apiKey: string;
  /** `APOLLO_GRAPH_REF`: graph and variant, `shop@production`. */
  readonly graphRef: string;
  /** Asked in turn; a failed request goes on to the next one. Default Apollo's own. */
  readonly endpoints?: readonly string[];
  /** Time between polls. Default what Uplink asks for, else 10 s; never less than 10 s. */
  readonly pollIntervalMs?: number;
  /** Further attempts, with growing pauses, before the start fails. Default three for each endpoint. */
  readonly initialRetries?: number;
}

/**
 * Apollo Uplink, which delivers what was published to GraphOS; the gateway names the version that it knows, and gets no more than
 * that it has not changed.
 * Source: https://www.apollographql.com/docs/graphos/routing/uplink
 */
export function uplinkSource(options: UplinkOptions): SupergraphSource {
  const { apiKey, graphRef, endpoints, pollIntervalMs, initialRetries } = options;
  return apolloSource({
    createManager: ({ UplinkSupergraphManager }, logger) =>
      new UplinkSupergraphManager({
        apiKey,
        graphRef,
        logger,
        ...(endpoints?.length && { uplinkEndpoints: [...endpoints] }),
        ...(pollIntervalMs !== undefined && { fallbackPollIntervalInMs: pollIntervalMs }),
        ...(initialRetries !== undefined && { initialMaxRetries: initialRetries }),
      }),
    code: 'GATEWAY_UPLINK_FAILED',
    failure: `Apollo Uplink delivers no supergraph for ${graphRef}; check APOLLO_KEY, APOLLO_GRAPH_REF and APOLLO_UPLINK_ENDPOINTS`,
  });
}

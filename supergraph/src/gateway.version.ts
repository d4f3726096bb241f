import { readFile } from 'node:fs/promises';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from './config/config.schema.ts';
import { type Core, createCore, type StartSubscription } from './core.ts';
import { createEdge, type Edge } from './edge/edge.ts';
import type { GatewayHooks } from './hooks.ts';
import type { ExchangeApiKey } from './identity.ts';
import { createSubgraphClient, type SubgraphClient, type SubgraphSettings } from './subgraph-client.ts';
import { type SubscriptionSettings, toSubscriptionSettings } from './subscription/subscription.settings.ts';
import { loadSupergraph } from './supergraph.ts';
import type { SubgraphTransport } from './types.ts';

export interface VersionOptions {
  readonly supergraph: { readonly sdl: string } | { readonly path: string };
  /** Null: the edge guards nothing. */
  readonly config: RouterConfig | null;
  readonly path: string;
  readonly overrideSubgraphUrls?: Readonly<Record<string, string>>;
  readonly hooks?: GatewayHooks;
  readonly log: Logger;
  readonly introspection?: boolean;
  readonly subgraphTimeoutMs?: number;
  readonly verifier?: TokenVerifier;
  readonly exchangeApiKey?: ExchangeApiKey;
  readonly redis?: { readonly url: string; readonly prefix: string };
  /** Reaches the subgraphs of whichever version is in force, so that streams outlive the version they began with. */
  readonly transport: SubgraphTransport;
  readonly subscribe?: StartSubscription;
}

/** All of a gateway that a new configuration or a new supergraph replaces. */
export interface GatewayVersion extends AsyncDisposable {
  readonly core: Core;
  readonly hooks: GatewayHooks;
  readonly client: SubgraphClient;
  readonly urls: ReadonlyMap<string, string>;
  readonly subscriptions: SubscriptionSettings;
}

/** @throws InvalidSupergraphError, AppError for a configuration that does not fit it, or the file system's error */
export async function createVersion(options: VersionOptions): Promise<GatewayVersion> {
  const { supergraph: source, config, log, transport, subscribe } = options;
  const sdl = 'sdl' in source ? source.sdl : await readFile(source.path, 'utf8');
  const supergraph = loadSupergraph(sdl, {
    overrideSubgraphUrls: { ...options.overrideSubgraphUrls, ...config?.override_subgraph_url },
  });
  const edge: Edge | null = config && (await createEdge({ ...options, config, supergraph }));
  const hooks: GatewayHooks = { ...edge?.hooks, ...options.hooks };
  const traffic = config?.traffic_shaping.all;
  const client = createSubgraphClient({
    urls: supergraph.subgraphs,
    timeoutMs: options.subgraphTimeoutMs ?? traffic?.timeout ?? undefined,
    headers: hooks.subgraphHeaders,
    deduplicate: traffic?.deduplicate_query ?? undefined,
    responseLimitBytes: config?.limits.subgraph.all.http_max_response_size ?? undefined,
    bySubgraph: config ? (name) => toSubgraphSettings(config, name) : undefined,
  });
  const introspection = options.introspection ?? config?.supergraph.introspection;
  const maxOperations = config?.supergraph.query_planning.cache.in_memory.limit;
  const core = createCore({ supergraph, transport, log, hooks, introspection, subscribe, maxOperations });
  return {
    core,
    hooks,
    client,
    urls: supergraph.subgraphs,
    subscriptions: toSubscriptionSettings(config?.subscription ?? null),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await edge?.[Symbol.asyncDispose]();
    },
  };
}

function toSubgraphSettings({ traffic_shaping: traffic, limits }: RouterConfig, name: string): SubgraphSettings {
  const own = traffic.subgraphs[name];
  return {
    timeoutMs: own?.timeout ?? undefined,
    deduplicate: own?.deduplicate_query ?? undefined,
    responseLimitBytes: limits.subgraph.subgraphs[name]?.http_max_response_size ?? undefined,
  };
}

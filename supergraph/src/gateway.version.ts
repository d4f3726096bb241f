import { isDeepStrictEqual } from 'node:util';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import type { ServiceRegistry } from '@vibecode/platform/registry/registry';
import type { RouterConfig } from './config/config.schema.ts';
import { type Core, createCore, type StartSubscription } from './core.ts';
import type { MeasuredCost } from './edge/demand.control.ts';
import { createEdge, type Edge } from './edge/edge.ts';
import type { GatewayHooks } from './hooks.ts';
import type { ExchangeApiKey } from './identity.ts';
import { createSubgraphClient, type SubgraphClient } from './subgraph-client.ts';
import { type SubscriptionSettings, toSubscriptionSettings } from './subscription/subscription.settings.ts';
import { DEFAULT_PATHS_LIMIT, type LoadedSupergraph, loadSupergraph } from './supergraph.ts';
import type { GatewayMetrics } from './telemetry/gateway.metrics.ts';
import { startDiscovery } from './traffic/discovery.ts';
import { defaultTraffic, toSubgraphTraffic } from './traffic/subgraph.traffic.ts';
import type { SubgraphTransport } from './types.ts';

export interface VersionOptions {
  /** The composed supergraph. */
  readonly sdl: string;
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
  readonly registry?: ServiceRegistry;
  /** Reaches the subgraphs of whichever version is in force, so that streams outlive the version they began with. */
  readonly transport: SubgraphTransport;
  readonly subscribe?: StartSubscription;
  /** The version in force: its operations are planned anew before this one goes live. */
  readonly previous?: GatewayVersion | null;
  /** Null: nothing is measured. */
  readonly metrics: GatewayMetrics | null;
}

/** Operations warmed at least, where the configuration does not say how many. */
const MIN_WARMED = 100;

/** All of a gateway that a new configuration or a new supergraph replaces. */
export interface GatewayVersion extends AsyncDisposable {
  readonly core: Core;
  readonly hooks: GatewayHooks;
  readonly client: SubgraphClient;
  readonly urls: ReadonlyMap<string, string>;
  readonly subscriptions: SubscriptionSettings;
}

/** @throws InvalidSupergraphError, or AppError for a configuration that does not fit it */
export async function createVersion(options: VersionOptions): Promise<GatewayVersion> {
  const { config, log, transport, subscribe, previous, metrics } = options;
  await using created = new AsyncDisposableStack();
  const supergraph = toSupergraph(options);
  const onCost = metrics ? { onCost: (cost: MeasuredCost) => metrics.cost(cost) } : {};
  const edge: Edge | null = config && created.use(await createEdge({ ...options, config, supergraph, ...onCost }));
  const hooks: GatewayHooks = { ...edge?.hooks, ...options.hooks };
  const timeoutMs = options.subgraphTimeoutMs;
  const client = created.use(
    createSubgraphClient({
      urls: supergraph.subgraphs,
      directory: await startDiscovery({ config, urls: supergraph.subgraphs, registry: options.registry, log }),
      headers: hooks.subgraphHeaders,
      takeHeaders: hooks.takeSubgraphHeaders,
      trafficOf: (subgraph) => ({
        ...(config ? toSubgraphTraffic(config, subgraph) : defaultTraffic),
        ...(timeoutMs !== undefined && { timeoutMs }),
      }),
    }),
  );
  const core = createCore({
    supergraph,
    transport,
    log,
    hooks,
    introspection: options.introspection ?? config?.supergraph.introspection,
    subscribe,
    maxOperations: config?.supergraph.query_planning.cache.in_memory.limit,
    timeoutMs: config?.traffic_shaping.router.timeout ?? undefined,
    ...(metrics && { onPrepared: metrics }),
  });
  if (previous) await core.operations.warm(previous.core.operations, toWarmedCount(config));
  const owned = created.move();
  return {
    core,
    hooks,
    client,
    urls: supergraph.subgraphs,
    subscriptions: toSubscriptionSettings(config?.subscription ?? null),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The previous one where nothing about it has changed: building it takes longer than all the rest. */
function toSupergraph({ sdl, config, overrideSubgraphUrls, previous }: VersionOptions): LoadedSupergraph {
  const overrides = { ...overrideSubgraphUrls, ...config?.override_subgraph_url };
  const known = previous?.core.supergraph;
  const pathsLimit = config?.supergraph.query_planning.experimental_paths_limit ?? DEFAULT_PATHS_LIMIT;
  const isSame =
    known?.sdl === sdl && known.pathsLimit === pathsLimit && isDeepStrictEqual(known.overrideSubgraphUrls, overrides);
  return isSame ? known : loadSupergraph(sdl, { overrideSubgraphUrls: overrides, pathsLimit });
}

function toWarmedCount(config: RouterConfig | null): (used: number) => number {
  const configured = config?.supergraph.query_planning.warmed_up_queries;
  return (used) => configured ?? Math.max(MIN_WARMED, Math.ceil(used / 3));
}

import { isDeepStrictEqual } from 'node:util';
import { withConfiguredCache } from '../cache/configured.cache.ts';
import type { RouterConfig } from '../config/config.schema.ts';
import type { ServedTools } from '../mcp/served.tools.ts';
import type { PlannedEndpoint } from '../pipeline/core.ts';
import { DEFAULT_PATHS_LIMIT, type LoadedSupergraph, loadSupergraph } from '../pipeline/supergraph.ts';
import { createHostCheck } from '../request/allowed.hosts.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import { toSubscriptionSettings } from '../subscription/subscription.settings.ts';
import { startDiscovery } from '../traffic/discovery.ts';
import { createSubgraphClient } from '../traffic/subgraph.client.ts';
import { defaultTraffic, toSubgraphTraffic } from '../traffic/subgraph.traffic.ts';
import { createMainEndpoint, createVariantEndpoint } from './endpoints.ts';
import type { GatewayVersion, VersionOptions } from './version.ts';

/** @throws InvalidSupergraphError, or AppError for a configuration that does not fit it */
export async function createVersion(options: VersionOptions): Promise<GatewayVersion> {
  const { config, log, metrics } = options;
  await using created = new AsyncDisposableStack();
  const supergraph = toSupergraph(options);
  const main = created.use(await createMainEndpoint(options, supergraph));
  const variants = new Map<string, PlannedEndpoint>();
  for (const variant of config?.variants ?? []) {
    const endpoint = await createVariantEndpoint({ ...options, config: config! }, supergraph, variant, main.edge);
    variants.set(variant.path, created.use(endpoint));
  }
  const { core, hooks } = main;
  const timeoutMs = options.subgraphTimeoutMs;
  const plain = createSubgraphClient({
    urls: supergraph.subgraphs,
    directory: await startDiscovery({ config, urls: supergraph.subgraphs, registry: options.registry, log }),
    headers: hooks.subgraphHeaders,
    takeHeaders: hooks.takeSubgraphHeaders,
    stages: hooks.stages,
    trafficOf: (subgraph) => ({
      ...(config ? toSubgraphTraffic(config, subgraph) : defaultTraffic),
      ...(timeoutMs !== undefined && { timeoutMs }),
    }),
  });
  const client = created.use(
    withConfiguredCache({
      client: plain,
      config: config?.response_cache,
      headers: hooks.subgraphHeaders,
      version: supergraph.hash.slice(0, 12),
      sdl: supergraph.sdl,
      log,
      ...(metrics && { onLookup: (...lookup) => metrics.lookedUp(...lookup) }),
    }),
  );
  const tools = await createTools(options, supergraph, hooks);
  if (tools) created.use(tools);
  const owned = created.move();
  return {
    core,
    hooks,
    variants,
    client,
    allowsHost: createHostCheck({
      configured: options.allowedHosts ?? config?.supergraph.allowed_hosts,
      listensOn: options.listensOn,
    }),
    compressFromBytes: toCompressFrom(config),
    urls: supergraph.subgraphs,
    subscriptions: toSubscriptionSettings(config?.subscription ?? null),
    tools,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The previous one where nothing about it has changed: building it takes longer than all the rest. */
function toSupergraph({ sdl, config, overrideSubgraphUrls, previous }: VersionOptions): LoadedSupergraph {
  const overrides = { ...overrideSubgraphUrls, ...config?.override_subgraph_url };
  const known = previous?.core.supergraph;
  const pathsLimit = config?.supergraph.query_planning.experimental_paths_limit ?? DEFAULT_PATHS_LIMIT;
  const defer = config?.supergraph.defer_support ?? true;
  const isSame =
    known?.sdl === sdl &&
    known.defer === defer &&
    known.pathsLimit === pathsLimit &&
    isDeepStrictEqual(known.overrideSubgraphUrls, overrides);
  return isSame ? known : loadSupergraph(sdl, { overrideSubgraphUrls: overrides, defer, pathsLimit });
}

function toCompressFrom(config: RouterConfig | null): number {
  const { enabled, min_size: minBytes } = config?.traffic_shaping.router.compression ?? {
    enabled: true,
    min_size: 2_048,
  };
  return enabled ? minBytes : Number.POSITIVE_INFINITY;
}

/** Loaded only where it is configured, so that a gateway without MCP starts as fast as ever. */
async function createTools(
  { config, configFolder = process.cwd(), log, onToolsChanged = () => undefined }: VersionOptions,
  { apiSchema }: LoadedSupergraph,
  hooks: GatewayHooks,
): Promise<ServedTools | null> {
  if (!config?.mcp?.enabled) return null;
  const { createServedTools } = await import('../mcp/served.tools.ts');
  return createServedTools({
    config: config.mcp,
    schema: apiSchema,
    base: configFolder,
    forbidsMutations: config.forbid_mutations,
    verifiesTokens: hooks.identify !== undefined,
    log,
    onChanged: onToolsChanged,
  });
}

import { createSharedTexts } from '../cache/redis.texts.ts';
import { type RouterConfig, routerConfigSchema } from '../config/config.schema.ts';
import { toVariantConfig, type VariantConfig } from '../config/config.variant.ts';
import { toContract } from '../contract/contract.ts';
import { createEdge, type Edge, type EdgeOptions } from '../edge/edge.ts';
import { createOperationLimits } from '../edge/operation.limits.ts';
import { createCore, type PlannedEndpoint } from '../pipeline/core.ts';
import { createPlanStore } from '../pipeline/plan.store.ts';
import { type LoadedSupergraph, loadSupergraph } from '../pipeline/supergraph.ts';
import type { GatewayHooks, MeasuredCost } from '../request/hooks.ts';
import type { VersionOptions } from './version.ts';

/** An endpoint with what it has to dispose of. */
export interface CreatedEndpoint extends PlannedEndpoint, AsyncDisposable {
  /** Null without a configuration. */
  readonly edge: Edge | null;
}

/** Operations warmed at least, where the configuration does not say how many. */
const MIN_WARMED = 100;

/** The whole graph. @throws AppError for a configuration that does not fit it */
export async function createMainEndpoint(
  options: VersionOptions,
  supergraph: LoadedSupergraph,
): Promise<CreatedEndpoint> {
  const introspection = options.introspection ?? options.config?.supergraph.introspection;
  return createEndpoint({ ...options, introspection }, supergraph, options.previous);
}

/** A contract of the graph, behind an edge that shares identities with the main one. @throws AppError for a contract that shows nothing */
export async function createVariantEndpoint(
  options: VersionOptions & { readonly config: RouterConfig },
  whole: LoadedSupergraph,
  variant: VariantConfig,
  main: Edge | null,
): Promise<CreatedEndpoint> {
  const { include_tags: includeTags, exclude_tags: excludeTags } = variant.contract;
  const filter = { includeTags, excludeTags, hideUnreachableTypes: variant.contract.hide_unreachable_types };
  const sdl = toContract(whole.sdl, filter);
  const before = options.previous?.variants.get(variant.path);
  const supergraph =
    before && options.previous?.core.supergraph === whole && before.core.supergraph.sdl === sdl
      ? before.core.supergraph
      : loadSupergraph(sdl, whole);
  const config = toVariantConfig(options.config, variant);
  const { redis } = options;
  return createEndpoint(
    {
      ...options,
      config: withOwnCounts(config, variant),
      path: variant.path,
      introspection: variant.introspection ?? options.introspection ?? config.supergraph.introspection,
      ...(redis && { redis: { ...redis, prefix: `${redis.prefix}${variant.name}:` } }),
      ...(main && { main, countsApart: variant.rate_limit !== undefined }),
    },
    supergraph,
    before,
  );
}

type EndpointOptions = VersionOptions & Pick<EdgeOptions, 'main' | 'countsApart'>;

async function createEndpoint(
  options: EndpointOptions,
  supergraph: LoadedSupergraph,
  previous: PlannedEndpoint | null | undefined,
): Promise<CreatedEndpoint> {
  const { config, log, transport, introspection, path, metrics } = options;
  const onCost = metrics ? { onCost: (cost: MeasuredCost) => metrics.cost(cost) } : {};
  const edge = config && (await createEdge({ ...options, config, supergraph, ...onCost }));
  // Without a configuration nothing is guarded but the gateway itself.
  const bounds = edge?.hooks ?? createOperationLimits(routerConfigSchema.parse({}).limits.router, log);
  const hooks: GatewayHooks = { ...bounds, ...options.hooks };
  const redis = config?.supergraph.query_planning.cache.redis;
  const sharedPlans = redis ? createSharedTexts(redis, 'query plans', log) : null;
  const core = createCore({
    supergraph,
    transport,
    log,
    hooks,
    introspection,
    subscribe: options.subscribeAt?.(path),
    deepIntrospection: config?.limits.router.introspection_max_depth === false,
    ...(config?.supergraph.strict_variable_validation === 'measure' && {
      onUnknownInput: (message: string) => log.warn({ action: 'variables.unknown-field' }, message),
    }),
    maxOperations: config?.supergraph.query_planning.cache.in_memory.limit,
    timeoutMs: config?.traffic_shaping.router.timeout ?? undefined,
    ...(metrics && { onPrepared: metrics }),
    plugins: options.pluginHost,
    ...(sharedPlans && { plans: createPlanStore(sharedPlans) }),
  });
  if (previous) await core.operations.warm(previous.core.operations, toWarmedCount(config));
  return {
    core,
    hooks,
    edge,
    async [Symbol.asyncDispose]() {
      sharedPlans?.[Symbol.dispose]();
      await edge?.[Symbol.asyncDispose]();
    },
  };
}

/** In a Redis that the configuration names: under a name of their own. */
function withOwnCounts(config: RouterConfig, { name, rate_limit: own }: VariantConfig): RouterConfig {
  const redis = own?.storage.redis;
  if (!own || !redis) return config;
  return {
    ...config,
    rate_limit: { ...own, storage: { redis: { ...redis, namespace: `${redis.namespace}:${name}` } } },
  };
}

function toWarmedCount(config: RouterConfig | null): (used: number) => number {
  const configured = config?.supergraph.query_planning.warmed_up_queries;
  return (used) => configured ?? Math.max(MIN_WARMED, Math.ceil(used / 3));
}

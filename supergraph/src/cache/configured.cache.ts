import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { SubgraphClient } from '../traffic/subgraph.client.ts';
import { createInvalidation, type Invalidate } from './cache.invalidation.ts';
import { type CacheStore, createMemoryStore, createRedisStore } from './cache.store.ts';
import { CacheLabels, readCacheTagRules } from './cache.tags.ts';
import { createCdnLabels } from './cdn.labels.ts';
import { type ResponseCacheOptions, type SubgraphCacheSettings, withResponseCache } from './response.cache.ts';

type CacheConfig = RouterConfig['response_cache'];

/** A client whose cached answers can be invalidated. */
export interface CachingClient extends SubgraphClient {
  readonly invalidate?: Invalidate;
}

export interface ConfiguredCacheOptions extends Pick<ResponseCacheOptions, 'onLookup'> {
  readonly client: SubgraphClient;
  readonly config: CacheConfig | undefined;
  readonly headers?: GatewayHooks['subgraphHeaders'];
  /** Identifies the supergraph: answers are not shared between supergraphs. */
  readonly version: string;
  /** The supergraph's SDL, for its `@cacheTag`s. */
  readonly sdl: string;
  readonly log: Logger;
}

/** Adds the configured response cache to a client. @returns the client itself if the cache is off */
export function withConfiguredCache(of: ConfiguredCacheOptions): CachingClient {
  const { client, config, version, sdl, log, ...options } = of;
  if (!config?.enabled) return client;
  const stores = new Map<string, CacheStore>();
  const settings = new Map<string, SubgraphCacheSettings>();
  const settingsOf = (subgraph: string) => {
    let known = settings.get(subgraph);
    if (!known) {
      known = toSettings(config, subgraph, { version, log }, stores);
      settings.set(subgraph, known);
    }
    return known;
  };
  const cached = withResponseCache({
    ...options,
    transport: client,
    settingsOf,
    labels: new CacheLabels(readCacheTagRules(sdl)),
    addLabels: createCdnLabels(config.cdn_invalidation),
    hasClientHeaders: config.include_cache_control_header_on_router_response,
  });
  return {
    ...client,
    fetch: cached.fetch,
    invalidate: createInvalidation(config, (subgraph) => settingsOf(subgraph).store),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await Promise.all([...stores.values()].map((store) => store[Symbol.asyncDispose]()));
    },
  };
}

function toSettings(
  { subgraph: { all, subgraphs }, in_memory }: CacheConfig,
  name: string,
  { version, log }: Pick<ConfiguredCacheOptions, 'version' | 'log'>,
  stores: Map<string, CacheStore>,
): SubgraphCacheSettings {
  const own = subgraphs[name];
  const redis = own?.redis ?? all.redis;
  const key = redis ? JSON.stringify(redis) : '';
  let store = stores.get(key);
  if (!store) {
    store = redis
      ? createRedisStore({
          config: redis,
          prefix: `${redis.namespace}:${version}:`,
          groupPrefix: `${redis.namespace}:`,
          timeouts: {
            readMs: redis.fetch_timeout ?? redis.timeout ?? 150,
            writeMs: redis.insert_timeout ?? redis.timeout ?? 500,
            removeMs: redis.invalidate_timeout ?? redis.timeout ?? 1_000,
          },
          log,
        })
      : createMemoryStore(in_memory.limit);
    stores.set(key, store);
  }
  return {
    enabled: own?.enabled ?? all.enabled,
    ttlMs: own?.ttl ?? all.ttl ?? redis?.ttl ?? null,
    privateId: own?.private_id ?? all.private_id ?? null,
    store,
    isInvalidated: (own?.invalidation ?? all.invalidation)?.enabled === true,
  };
}

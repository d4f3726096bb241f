import type { RouterConfig } from '../config/config.schema.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { SubgraphClient } from '../traffic/subgraph.client.ts';
import { type CacheStore, createMemoryStore, createRedisStore } from './cache.store.ts';
import { type ResponseCacheOptions, type SubgraphCacheSettings, withResponseCache } from './response.cache.ts';

type CacheConfig = RouterConfig['response_cache'];

export interface ConfiguredCacheOptions extends Pick<ResponseCacheOptions, 'onLookup'> {
  readonly client: SubgraphClient;
  readonly config: CacheConfig | undefined;
  readonly headers?: GatewayHooks['subgraphHeaders'];
  /** Tells supergraphs apart: what one has kept another does not read. */
  readonly version: string;
}

/** The client with its answers kept as the configuration says; the client itself where nothing is kept. */
export function withConfiguredCache({ client, config, version, ...options }: ConfiguredCacheOptions): SubgraphClient {
  if (!config?.enabled) return client;
  const stores = new Map<string, CacheStore>();
  const settings = new Map<string, SubgraphCacheSettings>();
  const settingsOf = (subgraph: string) => {
    let known = settings.get(subgraph);
    if (!known) {
      known = toSettings(config, subgraph, version, stores);
      settings.set(subgraph, known);
    }
    return known;
  };
  const cached = withResponseCache({ ...options, transport: client, settingsOf });
  return {
    ...client,
    fetch: cached.fetch,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await Promise.all([...stores.values()].map((store) => store[Symbol.asyncDispose]()));
    },
  };
}

function toSettings(
  { subgraph: { all, subgraphs }, in_memory }: CacheConfig,
  name: string,
  version: string,
  stores: Map<string, CacheStore>,
): SubgraphCacheSettings {
  const own = subgraphs[name];
  const redis = own?.redis ?? all.redis;
  const key = redis ? JSON.stringify(redis) : '';
  let store = stores.get(key);
  if (!store) {
    store = redis
      ? createRedisStore({
          url: redis.urls[0] as string,
          prefix: `${redis.namespace}:${version}:`,
          timeoutMs: redis.timeout ?? 500,
        })
      : createMemoryStore(in_memory.limit);
    stores.set(key, store);
  }
  return {
    enabled: own?.enabled ?? all.enabled,
    ttlMs: own?.ttl ?? all.ttl ?? redis?.ttl ?? null,
    privateId: own?.private_id ?? all.private_id ?? null,
    store,
  };
}

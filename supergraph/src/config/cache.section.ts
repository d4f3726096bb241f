import { z } from 'zod';
import { byteSize, duration, headerName, listenAddress, urlPath } from './config.values.ts';
import { redisConnection } from './redis.section.ts';

const redis = z.strictObject({
  ...redisConnection,
  namespace: z.string().default('response-cache').describe('Prefix of every key.'),
  timeout: duration().nullish().describe('Default of the three timeouts below.'),
  fetch_timeout: duration().nullish().describe('Timeout of a read; then the subgraph is queried. Default 150ms.'),
  insert_timeout: duration().nullish().describe('Timeout of a write. Default 500ms.'),
  invalidate_timeout: duration().nullish().describe('Timeout of an invalidation. Default 1s.'),
  ttl: duration().nullish().describe('Default of the ttl of the subgraph.'),
});

const invalidation = z
  .strictObject({
    enabled: z.boolean().default(false).describe("Whether the subgraph's cached answers may be invalidated."),
    shared_key: z.string().default('').describe('Required value of the header authorization of an invalidation.'),
  })
  .refine((value) => !value.enabled || value.shared_key !== '', {
    path: ['shared_key'],
    error: 'expected a shared_key, because invalidation is enabled',
  });

const subgraphCache = {
  ttl: duration().nullish().describe('Lifetime of cacheable answers without max-age. Default: they are not cached.'),
  private_id: z
    .string()
    .nullish()
    .describe('Claim of the token that identifies the viewer of private answers. Default: the whole token.'),
  redis: redis.nullish().describe('Cache shared by all instances. Default: in memory.'),
  invalidation: invalidation.nullish(),
};

/** Caches subgraphs' answers for as long as their `Cache-Control` says. */
export const responseCache = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether answers are cached. Default false.'),
  include_cache_control_header_on_router_response: z
    .boolean()
    .default(true)
    .describe('Whether clients get `Cache-Control` and `Age`. Default true.'),
  in_memory: z
    .strictObject({
      limit: byteSize()
        .default(64 * 1024 * 1024)
        .describe('Ours: size of all cached answers together. Default 64MiB.'),
    })
    .prefault({}),
  invalidation: z
    .strictObject({
      listen: listenAddress().nullish().describe('Address of its own. Default: the address for clients.'),
      path: urlPath().default('/invalidation').describe('Path of the endpoint. Default /invalidation.'),
    })
    .nullish()
    .describe('Endpoint for invalidating cached answers. Default: none.'),
  cdn_invalidation: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether answers have a header with their labels, for a CDN.'),
      header_name: headerName()
        .prefault('Cache-Tag')
        .describe('Name of the header. Default Cache-Tag; Surrogate-Key for Fastly.'),
      header_delimiter: z.string().min(1).default(',').describe("Separator of labels. Default ','; ' ' for Fastly."),
      max_bytes: z.int().min(1).default(16_384).describe('Labels beyond it are omitted, the most specific first.'),
      experimental_drop_on_overflow: z.boolean().default(false).describe('Omit the whole header in that case.'),
    })
    .prefault({}),
  subgraph: z
    .strictObject({
      all: z.strictObject({ enabled: z.boolean().default(true), ...subgraphCache }).prefault({}),
      subgraphs: z.record(z.string(), z.strictObject({ enabled: z.boolean().nullish(), ...subgraphCache })).default({}),
    })
    .prefault({}),
});

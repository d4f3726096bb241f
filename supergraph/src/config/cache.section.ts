import { z } from 'zod';
import { byteSize, duration, headerName, listenAddress, urlPath } from './config.values.ts';
import { redisConnection } from './redis.section.ts';

const redis = z.strictObject({
  ...redisConnection,
  namespace: z.string().default('response-cache').describe('Begins every key.'),
  timeout: duration().nullish().describe('For each of the following that is not given.'),
  fetch_timeout: duration().nullish().describe('Longest wait for a read, before the subgraph is asked. Default 150ms.'),
  insert_timeout: duration().nullish().describe('For a write. Default 500ms.'),
  invalidate_timeout: duration().nullish().describe('For an invalidation. Default 1s.'),
  ttl: duration().nullish().describe('As ttl of the subgraph, where that is left out.'),
});

const invalidation = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether what is kept of the subgraph may be invalidated.'),
    shared_key: z.string().default('').describe('What `Authorization` of an invalidation has to be.'),
  })
  .refine((value) => !value.enabled || value.shared_key !== '', {
    path: ['shared_key'],
    error: 'expected the key that invalidations sign in with',
  });

const subgraphCache = {
  ttl: duration().nullish().describe('For answers that may be kept and name no max-age. Default: they are not kept.'),
  private_id: z
    .string()
    .nullish()
    .describe('Claim of the token that tells viewers apart for private answers. Default: the whole token does.'),
  redis: redis.nullish().describe('Shared by all instances. Left out: in memory.'),
  invalidation: invalidation.nullish(),
};

/** Keeps what subgraphs answer for as long as their `Cache-Control` says. */
export const responseCache = z.strictObject({
  enabled: z.boolean().default(false).describe('Default false.'),
  include_cache_control_header_on_router_response: z
    .boolean()
    .default(true)
    .describe('Whether clients get `Cache-Control` and `Age`. Default true.'),
  in_memory: z
    .strictObject({
      limit: byteSize()
        .default(64 * 1024 * 1024)
        .describe('Ours: for all answers kept. Default 64MiB.'),
    })
    .prefault({}),
  invalidation: z
    .strictObject({
      listen: listenAddress().nullish().describe('An address of its own. Left out: where clients connect.'),
      path: urlPath().default('/invalidation').describe('Default /invalidation.'),
    })
    .nullish()
    .describe('Where what is kept can be invalidated. Left out: nowhere.'),
  cdn_invalidation: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether clients are told the labels of their answer.'),
      header_name: headerName().prefault('Cache-Tag').describe('Default Cache-Tag; Surrogate-Key for Fastly.'),
      header_delimiter: z.string().min(1).default(',').describe("Between labels. Default ','; ' ' for Fastly."),
      max_bytes: z.int().min(1).default(16_384).describe('Labels beyond it are left out, the finest first.'),
      experimental_drop_on_overflow: z.boolean().default(false).describe('Leave out the whole header in that case.'),
    })
    .prefault({}),
  subgraph: z
    .strictObject({
      all: z.strictObject({ enabled: z.boolean().default(true), ...subgraphCache }).prefault({}),
      subgraphs: z.record(z.string(), z.strictObject({ enabled: z.boolean().nullish(), ...subgraphCache })).default({}),
    })
    .prefault({}),
});

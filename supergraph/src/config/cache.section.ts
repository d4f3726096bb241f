import { z } from 'zod';
import { byteSize, duration } from './config.values.ts';

const redis = z.strictObject({
  urls: z.array(z.url({ protocol: /^rediss?$/ })).length(1, 'expected exactly one redis:// URL'),
  namespace: z.string().default('response-cache').describe('Begins every key.'),
  timeout: duration().default(500).describe('Longest wait for Redis before the subgraph is asked. Default 500ms.'),
  ttl: duration().nullish().describe('As ttl of the subgraph, where that is left out.'),
});

const subgraphCache = {
  ttl: duration().nullish().describe('For answers that may be kept and name no max-age. Default: they are not kept.'),
  private_id: z
    .string()
    .nullish()
    .describe('Claim of the token that tells viewers apart for private answers. Default: the whole token does.'),
  redis: redis.nullish().describe('Shared by all instances. Left out: in memory.'),
};

/** Keeps what subgraphs answer for as long as their `Cache-Control` says. */
export const responseCache = z.strictObject({
  enabled: z.boolean().default(false).describe('Default false.'),
  in_memory: z
    .strictObject({
      limit: byteSize()
        .default(64 * 1024 * 1024)
        .describe('Ours: for all answers kept. Default 64MiB.'),
    })
    .prefault({}),
  subgraph: z
    .strictObject({
      all: z.strictObject({ enabled: z.boolean().default(true), ...subgraphCache }).prefault({}),
      subgraphs: z.record(z.string(), z.strictObject({ enabled: z.boolean().nullish(), ...subgraphCache })).default({}),
    })
    .prefault({}),
});

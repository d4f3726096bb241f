import { z } from 'zod';
import { duration, headerName, urlPath } from './config.values.ts';

const redis = z.strictObject({
  urls: z.array(z.url({ protocol: /^rediss?$/ })).length(1, 'expected exactly one redis:// URL'),
  namespace: z.string().default('rate-limit').describe('Prefix of every key.'),
});

/** Ours: how many requests one client may make. Off unless configured. */
export const rateLimit = z.strictObject({
  capacity: z.int().min(1).describe('Requests of one client in an interval.'),
  interval: duration().describe('Length of the interval: 60s.'),
  by: z
    .enum(['user', 'ip'])
    .default('user')
    .describe(
      'Key of the count. user: the verified subject, or the address of anonymous clients; ip: always the address.',
    ),
  count_by_address: z
    .array(
      z.string().regex(/^[_A-Za-z]\w*\.[_A-Za-z]\w*$/, 'expected the name of a root field, such as Mutation.login'),
    )
    .default([])
    .describe(
      'Root fields for anonymous clients, such as Mutation.login: each counts for the address, signed in or not.',
    ),
  client_ip_header: z
    .literal('')
    .or(headerName())
    .nullish()
    .describe("Header in which a proxy sends the client's address. Set it only behind a proxy that sets this header."),
  storage: z
    .strictObject({ redis: redis.optional().describe('Counts shared by all instances. Default: in memory.') })
    .prefault({}),
});

/** Ours: a path prefix whose requests are forwarded unchanged to another server. */
const route = z
  .strictObject({
    path: urlPath().describe('Prefix: /exports matches /exports and /exports/…'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Target server, optionally with a path prefix.'),
    subgraph: z.string().optional().describe('Alternative to a URL: the server of this subgraph.'),
    target_path: urlPath().optional().describe('Prefix at the target. Default: the same path.'),
    methods: z.array(z.string().toUpperCase()).min(1).nullish().describe('Default: all.'),
    authentication: z
      .enum(['required', 'optional', 'none'])
      .default('optional')
      .describe('required refuses anonymous requests with 401; none forwards credentials unverified.'),
    rate_limit: z.boolean().default(true).describe('Whether requests count for rate_limit.'),
    max_request_bytes: z.int().min(0).nullish().describe('Largest body. Default: as for operations.'),
    timeout: duration().default(60_000).describe('Timeout for the response headers. Default 60s.'),
    body_idle_timeout: duration()
      .default(60_000)
      .describe("Longest pause while the client's body arrives. Default 60s."),
  })
  .refine((value) => (value.url === undefined) !== (value.subgraph === undefined), {
    error: 'expected either url or subgraph',
  });

export const routes = z.array(route).default([]);

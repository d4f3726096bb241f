import { z } from 'zod';
import { duration, headerName, urlPath } from './config.values.ts';

const redis = z.strictObject({
  urls: z.array(z.url({ protocol: /^rediss?$/ })).length(1, 'expected exactly one redis:// URL'),
  namespace: z.string().default('rate-limit').describe('Begins every key.'),
});

/** Ours: how many requests one client may make. Off unless configured. */
export const rateLimit = z.strictObject({
  capacity: z.int().min(1).describe('Requests of one client in an interval.'),
  interval: duration().describe('Length of the interval: 60s.'),
  by: z
    .enum(['user', 'ip'])
    .default('user')
    .describe('Whom requests are counted for. `user`: the verified subject, else the address.'),
  count_by_address: z
    .array(
      z.string().regex(/^[_A-Za-z]\w*\.[_A-Za-z]\w*$/, 'expected the name of a root field, such as Mutation.login'),
    )
    .default([])
    .describe('Root fields that anybody may ask, each counted for the address whoever is signed in: Mutation.login.'),
  client_ip_header: headerName()
    .nullish()
    .describe('Header in which a proxy in front names the client; never set it without such a proxy.'),
  storage: z
    .strictObject({ redis: redis.optional().describe('Counts shared by all instances. Left out: in memory.') })
    .prefault({}),
});

/** Ours: a prefix of paths that goes to another server as it came. */
const route = z
  .strictObject({
    path: urlPath().describe('Prefix: /exports takes /exports and /exports/…'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Server (and prefix there) that answers.'),
    subgraph: z.string().optional().describe('Instead of a URL: the server of this subgraph.'),
    target_path: urlPath().optional().describe('Prefix at the target. Default: the same path.'),
    methods: z.array(z.string().toUpperCase()).min(1).nullish().describe('Default: all.'),
    authentication: z
      .enum(['required', 'optional', 'none'])
      .default('optional')
      .describe('`required` answers 401 to nobody; `none` passes credentials on unread.'),
    rate_limit: z.boolean().default(true).describe('Whether requests count for rate_limit.'),
    max_request_bytes: z.int().min(0).nullish().describe('Largest body. Default: as for operations.'),
    timeout: duration().default(60_000).describe('Until response headers. Default 60s.'),
    body_idle_timeout: duration()
      .default(60_000)
      .describe('Longest time in which nothing of a body comes from the client. Default 60s.'),
  })
  .refine((value) => (value.url === undefined) !== (value.subgraph === undefined), {
    error: 'expected either url or subgraph',
  });

export const routes = z.array(route).default([]);

import { z } from 'zod';
import { duration, headerName, listenAddress, pattern, urlPath } from './config.values.ts';

const headerOperation = z.union(
  [
    z.strictObject({
      propagate: z.union([
        z.strictObject({ matching: pattern() }),
        z.strictObject({ named: headerName(), rename: headerName().nullish(), default: z.string().nullish() }),
      ]),
    }),
    z.strictObject({
      remove: z.union([z.strictObject({ matching: pattern() }), z.strictObject({ named: headerName() })]),
    }),
    z.strictObject({
      insert: z.union([
        z.strictObject({ name: headerName(), value: z.string() }),
        z.strictObject({
          name: headerName(),
          client_address: z.literal(true).describe('Ours: where the request comes from, as rate_limit sees it.'),
        }),
        z.strictObject({
          name: headerName(),
          path: z.string().startsWith('.', "expected a path that begins with '.', such as .operationName"),
          default: z.string().nullish(),
        }),
      ]),
    }),
  ],
  {
    error:
      'expected one of propagate { named | matching, rename, default }, remove { named | matching } or insert { name, value | path, default | client_address }',
  },
);

const headerRules = z.strictObject({
  request: z
    .union([z.array(headerOperation), z.strictObject({ operations: z.array(headerOperation) })], {
      error: (issue) => (Array.isArray(issue.input) ? undefined : 'expected a list of header rules'),
    })
    .transform((value) => (Array.isArray(value) ? value : value.operations))
    .prefault([]),
});

/** Which headers of the client reach subgraphs; in the order written. */
export const headers = z.strictObject({
  all: headerRules.prefault({}),
  subgraphs: z.record(z.string(), headerRules).default({}),
});

const fixedWindow = z.strictObject({
  capacity: z.int().min(1).describe('Requests in an interval.'),
  interval: duration(),
});

const subgraphTraffic = z.strictObject({
  timeout: duration().nullish().describe('For one answer. Default 30s.'),
  compression: z.enum(['gzip', 'deflate', 'br', 'zstd', 'identity']).nullish().describe('Of requests to subgraphs.'),
  deduplicate_query: z.boolean().nullish().describe('Share identical queries in flight, per identity.'),
  global_rate_limit: fixedWindow.nullish(),
  http2: z.enum(['enable', 'disable', 'http2only']).nullish(),
  pool_idle_timeout: duration().nullish(),
  retry: z
    .strictObject({ attempts: z.int().min(0).max(10).default(1).describe('Further attempts, of queries only.') })
    .nullish()
    .describe('Ours. Default: none.'),
  concurrency_limit: z.int().min(1).nullish().describe('Ours: requests to this subgraph at once.'),
});

export const trafficShaping = z.strictObject({
  router: z
    .strictObject({
      timeout: duration().nullish().describe('For a whole operation. Default: none.'),
      concurrency_limit: z.int().min(0).nullish().describe('Operations at once; 503 beyond. 0: no limit.'),
      global_rate_limit: fixedWindow.nullish().describe('Operations of all clients together; 429 beyond.'),
    })
    .prefault({}),
  all: subgraphTraffic.prefault({}),
  subgraphs: z.record(z.string(), subgraphTraffic).default({}),
  deduplicate_variables: z.boolean().nullish(),
});

const breaker = z.strictObject({
  enabled: z.boolean().default(true),
  consecutive_failures: z.int().min(1).nullish(),
  failure_rate_threshold: z.number().min(0).max(1).nullish(),
  window_size: z.int().min(1).nullish(),
  min_requests: z.int().min(1).nullish(),
  open_duration: duration().nullish(),
});

export const circuitBreaker = z.strictObject({
  all: breaker.optional(),
  subgraphs: z.record(z.string(), breaker).default({}),
});

const heartbeat = z
  .union([z.literal(['disabled', 'enabled']), duration()], { error: "expected 'disabled' or a duration" })
  .transform((value) => (value === 'disabled' ? null : value === 'enabled' ? 5_000 : value));

const passthrough = z.strictObject({
  path: z.string().nullish().describe('Of the WebSocket. Default: as for queries.'),
  protocol: z
    .enum(['graphql_ws', 'graphql_transport_ws'])
    .default('graphql_ws')
    .describe('graphql_ws: of the library graphql-ws; graphql_transport_ws: of subscriptions-transport-ws.'),
  heartbeat_interval: heartbeat.nullish().describe("Between pings of graphql_ws. Default 'disabled'."),
  token_per_operation: z
    .boolean()
    .default(false)
    .describe(
      "Ours: the subgraph verifies the token in each operation's `extensions.authorization`, so that identities may share a connection.",
    ),
});

const deduplication = z.strictObject({
  enabled: z.boolean().default(true),
  ignored_headers: z.array(headerName()).default([]),
  ignore_auth_context: z.boolean().default(false),
});

export const subscription = z.strictObject({
  enabled: z.boolean().default(true),
  mode: z
    .strictObject({
      passthrough: z
        .strictObject({ all: passthrough.optional(), subgraphs: z.record(z.string(), passthrough).default({}) })
        .optional(),
      callback: z
        .strictObject({
          public_url: z.url(),
          listen: listenAddress().optional(),
          path: urlPath().nullish(),
          heartbeat_interval: heartbeat.nullish(),
          subgraphs: z.array(z.string()).default([]),
        })
        .optional(),
    })
    .prefault({}),
  deduplication: z
    .strictObject({ all: deduplication.prefault({}), subgraphs: z.record(z.string(), deduplication).default({}) })
    .prefault({}),
  max_lifetime: duration().nullish().describe('Of one subscription. Default: no limit.'),
  max_opened_subscriptions: z.int().min(1).nullish().describe('Of all clients together. Default: no limit.'),
  max_per_client: z.int().min(1).nullish().describe('Ours: of one identity, else address. Default: no limit.'),
  queue_capacity: z.int().min(1).nullish().describe('Events that wait for a slow client. Default 1024.'),
});

const maskedErrors = z.strictObject({
  redact_message: z.boolean().default(true),
  allow_extensions_keys: z.array(z.string()).nullish(),
  deny_extensions_keys: z.array(z.string()).nullish(),
});

export const includeSubgraphErrors = z.strictObject({
  all: z.union([z.boolean(), maskedErrors]).default(false).describe('Whether clients see the errors of subgraphs.'),
  subgraphs: z
    .record(
      z.string(),
      z.union([
        z.boolean(),
        z.strictObject({
          redact_message: z.boolean().nullish(),
          allow_extensions_keys: z.array(z.string()).nullish(),
          deny_extensions_keys: z.array(z.string()).nullish(),
          exclude_global_keys: z.array(z.string()).nullish(),
        }),
      ]),
    )
    .default({}),
});

export const overrideSubgraphUrl = z
  .record(z.string(), z.string().regex(/^(https?|unix):\/\//, 'expected an http, https or unix URL'))
  .default({});

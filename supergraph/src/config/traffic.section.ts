import { z } from 'zod';
import { contentCodings } from '../request/content.coding.ts';
import { byteSize, duration, headerName, jsonPath, listenAddress, pattern, urlPath } from './config.values.ts';
import { DNS_RESOLUTION_STRATEGIES } from './dns.strategy.ts';

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
          client_address: z.literal(true).describe("Ours: inserts the client's address, as rate_limit determines it."),
        }),
        z.strictObject({
          name: headerName(),
          path: jsonPath().describe("Path into the body of the client's request, such as $.operationName."),
          default: z.string().nullish(),
        }),
        z.strictObject({
          name: headerName(),
          from_context: z
            .string()
            .describe("Key of the request's context, such as apollo::authentication::jwt_claims."),
          default: z.string().nullish(),
        }),
      ]),
    }),
  ],
  {
    error:
      'expected one of propagate { named | matching, rename, default }, remove { named | matching } or insert { name, value | path, default | from_context, default | client_address }',
  },
);

const headerRules = z.strictObject({
  request: z
    .union([z.array(headerOperation), z.strictObject({ operations: z.array(headerOperation) })], {
      error: (issue) => (Array.isArray(issue.input) ? undefined : 'expected a list of header rules'),
    })
    .transform((value) => (Array.isArray(value) ? value : value.operations))
    .prefault([]),
  response: z
    .array(
      z.strictObject({
        propagate: z.union(
          [
            z.strictObject({ matching: pattern() }),
            z.strictObject({ named: headerName(), rename: headerName().nullish() }),
          ],
          { error: 'expected named (with rename) or matching' },
        ),
      }),
    )
    .default([])
    .describe("Ours: headers of subgraphs' answers that are passed on to clients over HTTP. Default: none."),
});

/** Rules for headers between clients and subgraphs, applied in order. */
export const headers = z.strictObject({
  all: headerRules.prefault({}),
  subgraphs: z.record(z.string(), headerRules).default({}),
});

const fixedWindow = z.strictObject({
  capacity: z.int().min(1).describe('Requests in an interval.'),
  interval: duration(),
});

const retry = z.strictObject({
  attempts: z.int().min(0).max(10).default(1).describe('Ours: attempts after the first. Default 1.'),
  min_per_sec: z.int().min(0).default(10).describe('Retries per second that are always allowed. Default 10.'),
  ttl: duration()
    .default(10_000)
    .refine((ms) => ms >= 1_000 && ms <= 60_000, 'expected 1s to 60s')
    .describe('How long a request counts for retry_percent. Default 10s.'),
  retry_percent: z
    .number()
    .min(0)
    .max(1_000)
    .default(0.2)
    .describe('Further retries as a ratio of the requests. Default 0.2.'),
  retry_mutations: z
    .literal(false, {
      error: 'expected false: a mutation whose answer was lost may have run already, and must not run twice',
    })
    .nullish(),
  attempt_timeout: duration().nullish().describe('Ours: timeout of each attempt but the last. Default: timeout.'),
  backoff: duration()
    .default(25)
    .describe('Ours: longest pause before the first retry; doubles for each further one. Default 25ms.'),
});

const subgraphTraffic = z.strictObject({
  timeout: duration().nullish().describe('For a fetch as a whole, with waiting and retries. Default 30s.'),
  compression: z
    .enum([...contentCodings, 'identity'])
    .nullish()
    .describe('Coding of requests; compressed answers are requested too. Default: none.'),
  deduplicate_query: z
    .boolean()
    .nullish()
    .describe('Share identical concurrent queries of one identity. Default true.'),
  global_rate_limit: fixedWindow.nullish().describe('Requests to this subgraph; further requests fail.'),
  http2: z.enum(['enable', 'disable', 'http2only']).nullish().describe('Default disable.'),
  pool_idle_timeout: duration().nullish().describe('Time that an idle connection is kept. Default 4s.'),
  dns_resolution_strategy: z
    .enum(DNS_RESOLUTION_STRATEGIES)
    .nullish()
    .describe('Address families to connect to. Default: both, whichever answers first.'),
  retry: retry.nullish().describe('Retries of queries whose instance did not answer. Default: none.'),
  concurrency_limit: z
    .int()
    .min(1)
    .nullish()
    .describe('Ours: concurrent requests to this subgraph; further requests wait.'),
});

export const trafficShaping = z.strictObject({
  router: z
    .strictObject({
      timeout: duration().nullish().describe('For a whole query or mutation. Default: none.'),
      concurrency_limit: z.int().min(0).nullish().describe('Concurrent operations; 503 beyond. 0: no limit.'),
      compression: z
        .strictObject({
          enabled: z.boolean().default(true),
          min_size: byteSize().default(2_048).describe('Smaller answers are not compressed. Default 2KiB.'),
        })
        .prefault({})
        .describe(
          'Ours: compression of answers to clients, by Accept-Encoding (zstd, br, gzip). Streams are never compressed.',
        ),
      global_rate_limit: fixedWindow.nullish().describe('Operations of all clients together; 429 beyond.'),
    })
    .prefault({}),
  all: subgraphTraffic.prefault({}),
  subgraphs: z.record(z.string(), subgraphTraffic).default({}),
  deduplicate_variables: z.boolean().nullish().describe('Equal representations are always sent once.'),
});

const breaker = z.strictObject({
  enabled: z.boolean().default(true),
  consecutive_failures: z
    .int()
    .min(1)
    .nullish()
    .describe('Number of failures in a row that opens the breaker. Default: not counted.'),
  failure_rate_threshold: z
    .number()
    .min(0)
    .max(1)
    .nullish()
    .describe('Ratio of failures that opens the breaker. Default 0.5, unless consecutive_failures is set.'),
  window_size: z.int().min(1).max(100_000).nullish().describe('Number of recent requests that count. Default 100.'),
  min_requests: z.int().min(1).nullish().describe('Requests that are needed before the ratio counts. Default 10.'),
  open_duration: duration()
    .nullish()
    .describe('Time without requests before one request tests the subgraph. Default 30s.'),
});

export const circuitBreaker = z.strictObject({
  all: breaker.optional(),
  subgraphs: z.record(z.string(), breaker).default({}),
});

const heartbeat = z
  .union([z.literal(['disabled', 'enabled']), duration()], { error: "expected 'disabled' or a duration" })
  .transform((value) => (value === 'disabled' ? null : value === 'enabled' ? 5_000 : value));

const passthrough = z.strictObject({
  path: z.string().nullish().describe('Path of the WebSocket. Default: as for queries.'),
  protocol: z
    .enum(['graphql_ws', 'graphql_transport_ws'])
    .default('graphql_ws')
    .describe('graphql_ws: protocol of the library graphql-ws; graphql_transport_ws: of subscriptions-transport-ws.'),
  heartbeat_interval: heartbeat.nullish().describe("Interval of pings with graphql_ws. Default 'disabled'."),
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
  max_reconnect_attempts: z
    .int()
    .min(0)
    .nullish()
    .describe('For fields that are not @resumable; events are lost meanwhile. Default 0: such a stream ends.'),
  reconnect_delay: duration().nullish().describe('Pause before each of these attempts. Default 1s.'),
  slow_client_timeout: duration()
    .nullish()
    .describe('Ours: time that a client with a full queue may read nothing. Default 60s.'),
  max_lifetime: duration().nullish().describe('Longest duration of a subscription. Default: no limit.'),
  max_opened_subscriptions: z
    .int()
    .min(1)
    .nullish()
    .describe('Open subscriptions of all clients together. Default: no limit.'),
  max_per_client: z
    .int()
    .min(1)
    .nullish()
    .describe('Ours: open subscriptions of one identity, or of the address of anonymous clients. Default: no limit.'),
  queue_capacity: z.int().min(1).nullish().describe("Events in a slow client's queue. Default 1024."),
});

const maskedErrors = z.strictObject({
  redact_message: z.boolean().default(true),
  allow_extensions_keys: z.array(z.string()).nullish(),
  deny_extensions_keys: z.array(z.string()).nullish(),
});

export const includeSubgraphErrors = z.strictObject({
  all: z.union([z.boolean(), maskedErrors]).default(false).describe("Whether clients see subgraphs' errors."),
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

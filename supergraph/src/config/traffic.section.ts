import { z } from 'zod';
import { contentCodings } from '../request/content.coding.ts';
import { byteSize, duration, headerName, jsonPath, listenAddress, pattern, urlPath } from './config.values.ts';
import { dnsResolutionStrategies } from './dns.strategy.ts';

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
          path: jsonPath().describe("In the body of the client's request: $.operationName"),
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
    .describe("Ours: headers of subgraphs' answers that reach clients over HTTP. Default: none."),
});

/** Which headers of the client reach subgraphs, and which of theirs reach the client; in the order written. */
export const headers = z.strictObject({
  all: headerRules.prefault({}),
  subgraphs: z.record(z.string(), headerRules).default({}),
});

const fixedWindow = z.strictObject({
  capacity: z.int().min(1).describe('Requests in an interval.'),
  interval: duration(),
});

const retry = z.strictObject({
  attempts: z.int().min(0).max(10).default(1).describe('Ours: further attempts for one query. Default 1.'),
  min_per_sec: z.int().min(0).default(10).describe('Retries allowed each second in any case. Default 10.'),
  ttl: duration()
    .default(10_000)
    .refine((ms) => ms >= 1_000 && ms <= 60_000, 'expected 1s to 60s')
    .describe('How long a request counts for retry_percent. Default 10s.'),
  retry_percent: z.number().min(0).max(1_000).default(0.2).describe('Retries for each request beyond. Default 0.2.'),
  retry_mutations: z
    .literal(false, { error: 'expected false: what a mutation did before its answer was lost would be done twice' })
    .nullish(),
  attempt_timeout: duration().nullish().describe('Ours: for an attempt while another may follow. Default: timeout.'),
  backoff: duration().default(25).describe('Ours: longest pause before the first retry; doubles. Default 25ms.'),
});

const subgraphTraffic = z.strictObject({
  timeout: duration().nullish().describe('For a whole answer, waiting and retries included. Default 30s.'),
  compression: z
    .enum([...contentCodings, 'identity'])
    .nullish()
    .describe('Of requests; compressed answers are asked for too. Default: none.'),
  deduplicate_query: z.boolean().nullish().describe('Share identical queries in flight, per identity. Default true.'),
  global_rate_limit: fixedWindow.nullish().describe('Requests to this subgraph; those beyond are refused.'),
  http2: z.enum(['enable', 'disable', 'http2only']).nullish().describe('Default disable.'),
  pool_idle_timeout: duration().nullish().describe('How long an idle connection is kept. Default 4s.'),
  dns_resolution_strategy: z
    .enum(dnsResolutionStrategies)
    .nullish()
    .describe('Addresses that are connected to. Default: whichever answers first.'),
  retry: retry.nullish().describe('Of queries whose instance did not answer. Default: none.'),
  concurrency_limit: z.int().min(1).nullish().describe('Ours: requests to this subgraph at once; others wait.'),
});

export const trafficShaping = z.strictObject({
  router: z
    .strictObject({
      timeout: duration().nullish().describe('For a whole operation. Default: none.'),
      concurrency_limit: z.int().min(0).nullish().describe('Operations at once; 503 beyond. 0: no limit.'),
      compression: z
        .strictObject({
          enabled: z.boolean().default(true),
          min_size: byteSize().default(2_048).describe('Smaller answers go as they are. Default 2KiB.'),
        })
        .prefault({})
        .describe('Ours: of answers to clients, by Accept-Encoding (zstd, br, gzip). Streams are never compressed.'),
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
    .describe('Opens after so many failures in a row. Default: not counted.'),
  failure_rate_threshold: z
    .number()
    .min(0)
    .max(1)
    .nullish()
    .describe('Opens at this share of failures. Default 0.5, unless consecutive_failures is given.'),
  window_size: z.int().min(1).max(100_000).nullish().describe('Outcomes that are looked at. Default 100.'),
  min_requests: z.int().min(1).nullish().describe('Outcomes needed before the share counts. Default 10.'),
  open_duration: duration().nullish().describe('How long nothing is sent, before one request tries. Default 30s.'),
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
  max_reconnect_attempts: z
    .int()
    .min(0)
    .nullish()
    .describe('For fields that are not @resumable, events lost meanwhile. Default 0: such a stream ends.'),
  reconnect_delay: duration().nullish().describe('Before each of those. Default 1s.'),
  slow_client_timeout: duration()
    .nullish()
    .describe('Ours: how long a client whose queue is full may take nothing. Default 60s.'),
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

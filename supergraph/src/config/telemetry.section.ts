// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { z } from 'zod';
import { duration, headerName, listenAddress, urlPath } from './config.values.ts';
import { instrumentation } from './instrumentation.section.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A list becomes JSON text, as OpenTelemetry specifies for receivers without lists. */
const resource = z
  .record(
    z.string(),
    z
      .union([scalar, z.array(scalar)], { error: 'expected a text, a number, true, false, or a list of these' })
      .transform((value) => (Array.isArray(value) ? JSON.stringify(value) : String(value))),
  )
  .default({});

const HOST_AND_PORT = /^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i;

/** The URL of a receiver. `HOST:PORT` stands for `http://HOST:PORT`. */
const endpoint = z
  .string()
  .transform((value) => (HOST_AND_PORT.test(value) ? `http://${value}` : value))
  .pipe(
    z.union([z.literal('default'), z.url({ protocol: /^https?$/ })], {
      error: "expected 'default', HOST:PORT or an http(s) URL",
    }),
  );

const batchProcessor = z.strictObject({
  scheduled_delay: duration().nullish().describe('Longest waiting time of spans. Default 5s.'),
  max_queue_size: z.int().min(1).nullish().describe('Most waiting spans; further ones are dropped. Default 2048.'),
  max_export_batch_size: z.int().min(1).nullish().describe('Most spans in one request. Default 512.'),
  max_export_timeout: duration().nullish().describe('Timeout of one request. Default 30s.'),
});

const exporter = z.strictObject({
  enabled: z.boolean().default(false),
  endpoint: endpoint
    .nullish()
    .describe("URL of the receiver; without a path, the protocol's own path is used. Default: this machine."),
  batch_processor: batchProcessor.prefault({}),
});

const otlp = exporter.extend({
  protocol: z.enum(['grpc', 'http']).nullish().describe('Without effect: HTTP with JSON is always used.'),
  http: z
    .strictObject({ headers: z.record(z.string(), z.string()).default({}) })
    .prefault({})
    .describe('Headers of each export, such as credentials.'),
});

const valuesToSend = (kind: string) =>
  z
    .union(
      [
        z.literal(['none', 'all']),
        z.strictObject({ only: z.array(z.string()) }),
        z.strictObject({ except: z.array(z.string()) }),
      ],
      { error: `expected 'none', 'all', { only: [${kind}] } or { except: [${kind}] }` },
    )
    .default('none');

const apolloErrors = z.strictObject({
  send: z.boolean().default(true).describe('Whether errors are reported at all. Default true.'),
  redact: z.boolean().default(true).describe('Whether their messages are omitted. Default true.'),
});

/** Usage reports to GraphOS. They are on if `APOLLO_KEY` and `APOLLO_GRAPH_REF` are set. */
const apollo = z.strictObject({
  client_name_header: headerName().prefault('apollographql-client-name'),
  client_version_header: headerName().prefault('apollographql-client-version'),
  endpoint: z.url().nullish().describe("URL for reports. Default: Apollo's own."),
  send_headers: valuesToSend('header').describe("Clients' headers in traces; never credentials. Default none."),
  send_variable_values: valuesToSend('variable').describe('Values of variables in traces. Default none.'),
  field_level_instrumentation_sampler: z
    .union([z.number().min(0).max(1), z.literal(['always_on', 'always_off'])])
    .default(0.01)
    .describe('Ratio of the operations whose fields are timed in subgraphs. Default 0.01.'),
  batch_processor: z
    .strictObject({ scheduled_delay: duration().nullish().describe('Time between reports. Default 10s.') })
    .prefault({}),
  errors: z
    .strictObject({
      subgraph: z
        .strictObject({ all: apolloErrors.prefault({}) })
        .prefault({})
        .describe('Which errors are reported, and how.'),
    })
    .prefault({}),
});

const metrics = z.strictObject({
  common: z
    .strictObject({
      service_name: z.string().nullish(),
      resource,
      buckets: z.array(z.number().positive()).min(1).nullish().describe('Upper bounds of durations, in seconds.'),
    })
    .prefault({}),
  prometheus: z
    .strictObject({
      enabled: z.boolean().default(false),
      listen: z
        .literal('')
        .or(listenAddress())
        .optional()
        .describe('Address of its own. Default, also for an empty text: the address for clients.'),
      path: urlPath().default('/metrics'),
    })
    .prefault({}),
  otlp: otlp.prefault({}),
});

const tracing = z.strictObject({
  common: z
    .strictObject({
      service_name: z.string().nullish().describe('Default gateway.'),
      resource,
      sampler: z
        .union([z.number().min(0).max(1), z.literal(['always_on', 'always_off'])])
        .default('always_on')
        .describe('Ratio of the operations that are recorded. Default always_on.'),
      parent_based_sampler: z
        .boolean()
        .default(true)
        .describe("Whether the client's sampling decision takes precedence. Default true."),
    })
    .prefault({}),
  otlp: otlp.prefault({}),
  zipkin: exporter.prefault({}),
  propagation: z
    .strictObject({
      trace_context: z.boolean().default(true).describe("Use the client's traceparent and tracestate. Default true."),
      baggage: z.boolean().default(false).describe("Pass the client's baggage on to subgraphs. Default false."),
    })
    .prefault({}),
  response_trace_id: z
    .strictObject({
      enabled: z.boolean().default(false),
      header_name: headerName().prefault('apollo-trace-id').describe('Default apollo-trace-id.'),
    })
    .prefault({}),
});

const logging = z.strictObject({
  common: z.strictObject({ service_name: z.string().nullish(), resource }).prefault({}),
  stdout: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  requests: z
    .enum(['info', 'debug', 'trace', 'off'])
    .default('info')
    .describe('Ours: level of the log line of each operation. Default info.'),
});

export const telemetry = z.strictObject({
  apollo: apollo.prefault({}),
  exporters: z
    .strictObject({ metrics: metrics.prefault({}), tracing: tracing.prefault({}), logging: logging.prefault({}) })
    .prefault({}),
  instrumentation: instrumentation.prefault({}),
});

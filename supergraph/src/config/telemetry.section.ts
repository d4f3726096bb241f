// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { z } from 'zod';
import { duration, headerName, listenAddress, urlPath } from './config.values.ts';
import { instrumentation } from './instrumentation.section.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Lists go out as JSON text, as OpenTelemetry has it for receivers without lists. */
const resource = z
  .record(
    z.string(),
    z
      .union([scalar, z.array(scalar)], { error: 'expected text, a number, true, false, or a list of such' })
      .transform((value) => (Array.isArray(value) ? JSON.stringify(value) : String(value))),
  )
  .default({});

const HOST_AND_PORT = /^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i;

/** Where to send to; `HOST:PORT` is short for a URL of HTTP. */
const endpoint = z
  .string()
  .transform((value) => (HOST_AND_PORT.test(value) ? `http://${value}` : value))
  .pipe(
    z.union([z.literal('default'), z.url({ protocol: /^https?$/ })], {
      error: "expected 'default', HOST:PORT or an http(s) URL",
    }),
  );

const batchProcessor = z.strictObject({
  scheduled_delay: duration().nullish().describe('Longest time that spans wait. Default 5s.'),
  max_queue_size: z.int().min(1).nullish().describe('Spans kept, others are dropped. Default 2048.'),
  max_export_batch_size: z.int().min(1).nullish().describe('Spans of one request. Default 512.'),
  max_export_timeout: duration().nullish().describe('For one request. Default 30s.'),
});

const exporter = z.strictObject({
  enabled: z.boolean().default(false),
  endpoint: endpoint
    .nullish()
    .describe("Where to; a URL without a path gets the protocol's own. Default: this machine."),
  batch_processor: batchProcessor.prefault({}),
});

const otlp = exporter.extend({
  protocol: z.enum(['grpc', 'http']).nullish().describe('HTTP (with JSON) is spoken, whatever this says.'),
  http: z
    .strictObject({ headers: z.record(z.string(), z.string()).default({}) })
    .prefault({})
    .describe('Headers of each export, such as those that sign in.'),
});

const valuesToSend = (what: string) =>
  z
    .union(
      [
        z.literal(['none', 'all']),
        z.strictObject({ only: z.array(z.string()) }),
        z.strictObject({ except: z.array(z.string()) }),
      ],
      { error: `expected 'none', 'all', { only: [${what}] } or { except: [${what}] }` },
    )
    .default('none');

const apolloErrors = z.strictObject({
  send: z.boolean().default(true).describe('Whether errors are reported at all. Default true.'),
  redact: z.boolean().default(true).describe('Whether their messages are left out. Default true.'),
});

/** Usage reports to GraphOS, made when `APOLLO_KEY` and `APOLLO_GRAPH_REF` are set. */
const apollo = z.strictObject({
  client_name_header: headerName().prefault('apollographql-client-name'),
  client_version_header: headerName().prefault('apollographql-client-version'),
  endpoint: z.url().nullish().describe("Where reports go. Default: Apollo's own."),
  send_headers: valuesToSend('header').describe(
    'Headers of clients in traces; never those that sign in. Default none.',
  ),
  send_variable_values: valuesToSend('variable').describe('Values of variables in traces. Default none.'),
  field_level_instrumentation_sampler: z
    .union([z.number().min(0).max(1), z.literal(['always_on', 'always_off'])])
    .default(0.01)
    .describe('Part of the operations of which subgraphs are asked to time their fields. Default 0.01.'),
  batch_processor: z
    .strictObject({ scheduled_delay: duration().nullish().describe('Time between reports. Default 10s.') })
    .prefault({}),
  errors: z
    .strictObject({
      subgraph: z
        .strictObject({ all: apolloErrors.prefault({}) })
        .prefault({})
        .describe('What is reported of errors.'),
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
      listen: listenAddress().optional().describe('An address of its own. Left out: where clients connect.'),
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
        .describe('Part of the operations that are recorded. Default always_on.'),
      parent_based_sampler: z.boolean().default(true).describe("Whether the client's decision holds. Default true."),
    })
    .prefault({}),
  otlp: otlp.prefault({}),
  zipkin: exporter.prefault({}),
  propagation: z
    .strictObject({
      trace_context: z.boolean().default(true).describe('Take over traceparent and tracestate. Default true.'),
      baggage: z.boolean().default(false).describe('Pass baggage on to subgraphs. Default false.'),
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
    .describe('Ours: level of the line that each operation has in the log. Default info.'),
});

export const telemetry = z.strictObject({
  apollo: apollo.prefault({}),
  exporters: z
    .strictObject({ metrics: metrics.prefault({}), tracing: tracing.prefault({}), logging: logging.prefault({}) })
    .prefault({}),
  instrumentation: instrumentation.prefault({}),
});

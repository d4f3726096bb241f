// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { z } from 'zod';
import { byteSize, duration, listenAddress, routePattern, urlPath } from './config.values.ts';
import { redisCache } from './redis.section.ts';

/** The address and path of the graph, its features, and the handling of connections. */
export const supergraph = z.strictObject({
  listen: listenAddress().default('127.0.0.1:4000').describe('Address for clients. Default 127.0.0.1:4000.'),
  allowed_hosts: z
    .array(
      z
        .string()
        .regex(
          /^(\*|(\*\.)?[^\s:/*[\]]+|[0-9a-f:]+)$/i,
          "expected a name or an address without a port, '*.example.com' or '*'",
        ),
    )
    .nullish()
    .describe(
      "Ours: accepted `Host` headers; '*': all. Default: loopback's if the gateway listens on loopback only, otherwise all.",
    ),
  path: routePattern()
    .optional()
    .describe(
      'Path of the GraphQL endpoint; /{name} stands for one segment, /{*name} at the end for all remaining ones. ' +
        'Default: /graphql, and / for POST.',
    ),
  introspection: z.boolean().default(false).describe('Whether clients may read the schema. Default false.'),
  defer_support: z.boolean().default(true).describe('Whether @defer is in the schema. Default true.'),
  generate_query_fragments: z.boolean().default(true).describe('Without effect here.'),
  redact_query_validation_errors: z
    .boolean()
    .default(false)
    .describe('Answer invalid operations with one message that reveals nothing about the schema. Default false.'),
  strict_variable_validation: z
    .enum(['enforce', 'measure'])
    .default('enforce')
    .describe('Whether unknown fields of input objects are an error.'),
  connection_shutdown_timeout: duration()
    .default(60_000)
    .describe('Time that requests in progress have to finish after a reload or at shutdown. Default 60s.'),
  early_cancel: z
    .boolean()
    .default(false)
    .describe('Without effect: requests to subgraphs are always cancelled when the client disconnects.'),
  log_on_broken_pipe: z.boolean().default(false).describe('Log clients that disconnect before their answer.'),
  query_planning: z
    .strictObject({
      cache: z
        .strictObject({
          in_memory: z
            .strictObject({ limit: z.int().min(1).default(512).describe('Operations in the cache. Default 512.') })
            .prefault({}),
          redis: redisCache('plan'),
        })
        .prefault({}),
      experimental_paths_limit: z
        .int()
        .min(1)
        .nullish()
        .transform((value) => value ?? 10_000)
        .describe(
          'Most paths through the subgraphs that are considered for one selection; beyond it the operation is refused. Default 10,000.',
        ),
      warmed_up_queries: z
        .int()
        .min(0)
        .nullish()
        .describe(
          'Recent operations that are planned before a new supergraph takes effect. Default: a third, at least 100.',
        ),
    })
    .prefault({}),
});

export const healthCheck = z.strictObject({
  enabled: z.boolean().default(true),
  listen: listenAddress().optional().describe('Address of its own. Default: the address for clients.'),
  path: urlPath().default('/health').describe('Path that answers ?ready and ?live. Default /health.'),
});

export const batching = z.strictObject({
  enabled: z.boolean().default(false).describe('Accept a list of operations in one POST. Default false.'),
  mode: z
    .literal('batch_http_link')
    .default('batch_http_link')
    .describe("Form of the list: that of Apollo Client's BatchHttpLink."),
  maximum_size: z
    .int()
    .min(1)
    .nullish()
    .transform((value) => value ?? 50)
    .describe('Most operations in a list; 422 beyond. Default 50.'),
});

export const sandbox = z.strictObject({
  enabled: z.boolean().default(false).describe('Serve Apollo Sandbox to browsers. Needs introspection. Default false.'),
});

export const homepage = z.strictObject({
  enabled: z.boolean().default(true).describe('Serve a page to browsers that open the GraphQL path. Default true.'),
  graph_ref: z.string().nullish().describe('Without effect here.'),
});

export const server = z.strictObject({
  http: z
    .strictObject({
      header_read_timeout: duration().default(10_000).describe('Timeout for complete request headers. Default 10s.'),
      body_read_timeout: duration()
        .default(60_000)
        .describe('Ours: timeout for the whole body of an operation. Default 60s.'),
      body_idle_timeout: duration()
        .default(10_000)
        .describe('Ours: longest pause while such a body arrives. Default 10s.'),
      max_connections_per_address: z
        .int()
        .min(1)
        .default(10_000)
        .describe('Ours: further connections are closed. Off with rate_limit.client_ip_header. Default 10,000.'),
      tls_handshake_timeout: duration().default(10_000).describe('Timeout for the TLS handshake. Default 10s.'),
    })
    .prefault({}),
  websocket: z
    .strictObject({
      max_connections_per_address: z
        .int()
        .min(1)
        .default(10_000)
        .describe('Further connections are refused with 429. Default 10,000.'),
      max_connections_per_user: z
        .int()
        .min(1)
        .default(200)
        .describe('Connections of one verified subject; a further one is closed when it signs in. Default 200.'),
    })
    .prefault({})
    .describe('Ours: limits of WebSocket connections.'),
});

const clientTls = z.strictObject({
  certificate_authorities: z.string().nullish().describe('PEM of the authorities to trust: ${file.ca.pem}'),
  client_authentication: z
    .strictObject({ certificate_chain: z.string(), key: z.string() })
    .nullish()
    .describe('Certificate and key that the gateway presents to subgraphs, as PEM.'),
});

export const tls = z.strictObject({
  supergraph: z
    .strictObject({
      certificate: z.string().describe('PEM of the certificate: ${file.cert.pem}'),
      certificate_chain: z.string().describe('PEM of the intermediate certificates.'),
      key: z.string().describe('PEM of the private key: ${file.key.pem}'),
    })
    .optional()
    .describe('Serve clients over TLS 1.3 (1.2 is refused).'),
  subgraph: z
    .strictObject({ all: clientTls.optional(), subgraphs: z.record(z.string(), clientTls).default({}) })
    .prefault({}),
});

export const routerLimits = z.strictObject({
  http_max_request_bytes: byteSize().default(2_000_000).describe('Largest request body. Default 2 MB.'),
  http1_max_request_headers: z.int().min(1).nullish().describe('Most headers of a request. Default 100.'),
  http1_max_request_buf_size: byteSize().nullish().describe('Most bytes of request headers.'),
  parser_max_tokens: z.int().min(1).default(15_000).describe('Most tokens of a document. Default 15000.'),
  parser_max_recursion: z.int().min(1).default(500).describe('Deepest nesting of a document. Default 500.'),
  http_max_json_values: z
    .int()
    .min(1)
    .default(50_000)
    .describe('Ours: most values and keys in the JSON of a body or message. Default 50,000.'),
  max_document_bytes: byteSize().default(1_048_576).describe('Ours: longest text of a document. Default 1 MiB.'),
  max_field_comparisons: z
    .int()
    .min(1)
    .default(60_000)
    .describe('Ours: most pairs of fields that validation may compare, with fragments expanded. Default 60,000.'),
  max_depth: z.int().min(1).nullish().describe('Deepest nesting of fields, with fragments expanded.'),
  max_height: z.int().min(1).nullish().describe('Most fields of an operation; repetitions by alias do not count.'),
  max_aliases: z.int().min(0).nullish().describe('Most aliases of an operation.'),
  max_root_fields: z.int().min(1).nullish().describe('Most root fields of an operation.'),
  introspection_max_depth: z
    .boolean()
    .default(true)
    .describe('Refuse introspection that nests too deeply. Default true.'),
  max_recursive_selections: z
    .int()
    .min(1)
    .default(10_000_000)
    .describe('Most selections after expanding fragments. Default 10,000,000.'),
  warn_only: z
    .boolean()
    .default(false)
    .describe('Only log operations that exceed depth, height, aliases or root fields.'),
});

const subgraphLimits = z.strictObject({
  http_max_response_size: byteSize().nullish().describe('Largest answer of a subgraph. Default: no limit.'),
});

export const limits = z.strictObject({
  router: routerLimits.prefault({}),
  subgraph: z
    .strictObject({ all: subgraphLimits.prefault({}), subgraphs: z.record(z.string(), subgraphLimits).default({}) })
    .prefault({}),
});

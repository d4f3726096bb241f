/** A key of Apollo Router's that this gateway does not act on. */
export interface ForeignKey {
  /** Dotted; `*` stands for any name or index. */
  readonly path: string;
  /** Whether leaving it out would open what the operator meant to close: then it is an error. */
  readonly protects: boolean;
  readonly advice: string;
}

const ignored = (advice: string, ...paths: string[]): ForeignKey[] =>
  paths.map((path) => ({ path, protects: false, advice }));
const refused = (advice: string, ...paths: string[]): ForeignKey[] =>
  paths.map((path) => ({ path, protects: true, advice }));

export const foreignKeys: readonly ForeignKey[] = [
  ...refused(
    'it can refuse requests, and nothing here would. Remove it, and protect the graph by authentication, authorization or limits.',
    'coprocessor',
    'rhai',
    'wasm',
    'plugins',
  ),
  ...refused(
    'subgraphs would get requests that nobody signed. Remove it, and sign in to subgraphs by headers or tls.subgraph.',
    'authentication.subgraph',
    'authentication.connector',
  ),
  ...refused(
    'errors that it would drop would reach clients. Use include_subgraph_errors.',
    'supergraph.experimental_redact_errors',
  ),
  ...ignored(
    'Connectors are not served; a supergraph that has them is refused.',
    'connectors',
    'tls.connector',
    'traffic_shaping.connector',
    'limits.connector',
    'circuit_breaker.connector',
  ),
  ...ignored('Subgraphs get one operation in a request.', 'batching.subgraph'),
  ...ignored('The gateway is ready once it has a supergraph, and until it stops.', 'health_check.readiness'),
  ...ignored('Files go by routes.', 'preview_file_uploads'),
  ...ignored(
    'Caches of plans and persisted queries are in memory, one for each process.',
    'apq.router.cache.redis',
    'supergraph.query_planning.cache.redis',
    'persisted_queries.experimental_prewarm_query_plan_cache',
  ),
  ...ignored(
    'Kept answers go when their time is over.',
    'response_cache.invalidation',
    'response_cache.subgraph.all.invalidation',
    'response_cache.subgraph.subgraphs.*.invalidation',
  ),
  ...ignored('Cached answers are not shown in the sandbox.', 'response_cache.debug'),
  ...ignored('Connectors are not served.', 'response_cache.connector'),
  ...['required_to_start', 'pool_size', 'reset_ttl', 'metrics_interval', 'maintenance_timeout'].flatMap((name) =>
    ignored(
      'One connection serves, and the gateway starts without it.',
      `response_cache.subgraph.all.redis.${name}`,
      `response_cache.subgraph.subgraphs.*.redis.${name}`,
    ),
  ),
  ...ignored(
    'The planner decides this by itself.',
    'supergraph.query_planning.experimental_plans_limit',
    'supergraph.query_planning.experimental_parallelism',
    'supergraph.generate_query_fragments_limit',
    'experimental_type_conditioned_fetching',
    'experimental_hoist_orphan_errors',
    'progressive_override',
  ),
  ...ignored(
    'Telemetry here has fixed events, spans and instruments.',
    'telemetry.instrumentation',
    ...['max_queue_size', 'max_export_batch_size', 'max_export_timeout', 'max_concurrent_exports'].map(
      (name) => `telemetry.apollo.batch_processor.${name}`,
    ),
    'telemetry.apollo.buffer_size',
    'telemetry.apollo.metrics_reference_mode',
    'telemetry.apollo.errors.preview_extended_error_metrics',
    'telemetry.apollo.errors.subgraph.subgraphs',
    'telemetry.apollo.otlp_endpoint',
    'telemetry.apollo.otlp_tracing_protocol',
    'telemetry.apollo.experimental_otlp_endpoint',
    'telemetry.apollo.experimental_local_field_metrics',
    'telemetry.apollo.signature_normalization_algorithm',
    'telemetry.apollo.tracing',
    'telemetry.apollo.metrics',
    'telemetry.apollo.preview_subgraph_metrics',
    'telemetry.apollo.subgraph_metrics',
    'telemetry.exporters.tracing.datadog',
    ...['service_namespace', 'preview_datadog_agent_sampling', 'max_events_per_span', 'max_attributes_per_span'].map(
      (name) => `telemetry.exporters.tracing.common.${name}`,
    ),
    ...['max_links_per_span', 'max_attributes_per_event', 'max_attributes_per_link'].map(
      (name) => `telemetry.exporters.tracing.common.${name}`,
    ),
    ...['jaeger', 'datadog', 'zipkin', 'aws_xray', 'request'].map(
      (name) => `telemetry.exporters.tracing.propagation.${name}`,
    ),
    'telemetry.exporters.tracing.response_trace_id.format',
    'telemetry.exporters.metrics.common.service_namespace',
    'telemetry.exporters.metrics.common.views',
    'telemetry.exporters.metrics.prometheus.resource_selector',
    'telemetry.exporters.logging.common.service_namespace',
    ...['tracing.otlp', 'metrics.otlp'].flatMap((one) => [
      `telemetry.exporters.${one}.grpc`,
      `telemetry.exporters.${one}.temporality`,
    ]),
    'telemetry.exporters.*.*.batch_processor.max_concurrent_exports',
    'telemetry.exporters.logging.stdout.format',
    'telemetry.exporters.logging.stdout.tty_format',
    'telemetry.exporters.logging.stdout.rate_limit',
  ),
  ...ignored('It changes nothing here.', 'supergraph.generate_query_fragments', 'homepage.graph_ref', 'apq.subgraph'),
  ...ignored('Clients speak HTTP/1.1 here.', 'limits.router.http2_max_headers_list_bytes'),
  ...ignored('The next poll tries again.', 'authentication.router.jwt.jwks.*.retry'),
  ...ignored(
    'It has no meaning here.',
    'license_enforcement',
    'fleet_detector',
    'reload',
    'experimental_chaos',
    'experimental_diagnostics',
    'server.http.tcp_keepalive',
    'telemetry.apollo.experimental_otlp_tracing_sampler',
  ),
];

/** Keys of the data that the table knows, deepest first where one holds another. */
export function findForeignKeys(data: unknown): { readonly key: ForeignKey; readonly path: (string | number)[] }[] {
  return foreignKeys.flatMap((key) => findPaths(data, key.path.split('.')).map((path) => ({ key, path })));
}

/** Every place in the data that a pattern of names and `*` leads to. */
export function findPaths(data: unknown, [segment, ...rest]: readonly string[]): (string | number)[][] {
  if (segment === undefined) return [[]];
  if (data === null || typeof data !== 'object') return [];
  const names: (string | number)[] =
    segment !== '*'
      ? Object.hasOwn(data, segment)
        ? [segment]
        : []
      : Array.isArray(data)
        ? [...data.keys()]
        : Object.keys(data);
  return names.flatMap((name) =>
    findPaths((data as Record<string | number, unknown>)[name], rest).map((tail) => [name, ...tail]),
  );
}

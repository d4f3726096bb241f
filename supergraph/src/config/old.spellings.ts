/** An older spelling of Apollo Router, and the current one. `*` stands for the same name or index in both. */
export interface OldSpelling {
  readonly from: string;
  /** Undefined if only the value changes. */
  readonly to?: string;
  /** Converts the old value to the current one. Undefined if the value stays. */
  readonly value?: (old: unknown) => unknown;
}

/** A key that an old section implies. */
export interface AddedKey {
  /** The section. */
  readonly beside: string;
  readonly name: string;
  readonly value: unknown;
}

const ROUTER_LIMITS = [
  'http_max_request_bytes',
  'http1_max_request_headers',
  'http1_max_request_buf_size',
  'http2_max_headers_list_bytes',
  'http_max_header_size',
  'http_max_header_list_size',
  'parser_max_tokens',
  'parser_max_recursion',
  'max_depth',
  'max_height',
  'max_aliases',
  'max_root_fields',
  'max_recursive_selections',
  'introspection_max_depth',
  'warn_only',
];

const SNAKE_CASE: Readonly<Record<string, string>> = {
  Error: 'error',
  Continue: 'continue',
  RedactedError: 'redacted_error',
};

/** Exporters directly under `telemetry` had no `enabled`: naming an exporter enabled it. */
export const ADDED_KEYS: readonly AddedKey[] = [
  'tracing.otlp',
  'tracing.zipkin',
  'tracing.datadog',
  'metrics.otlp',
].map((exporter) => ({ beside: `telemetry.${exporter}`, name: 'enabled', value: true }));

const TELEMETRY_SPELLINGS: readonly OldSpelling[] = [
  { from: 'telemetry.tracing', to: 'telemetry.exporters.tracing' },
  { from: 'telemetry.metrics', to: 'telemetry.exporters.metrics' },
  { from: 'telemetry.logging', to: 'telemetry.exporters.logging' },
  { from: 'telemetry.spans', to: 'telemetry.instrumentation.spans' },
  { from: 'telemetry.events', to: 'telemetry.instrumentation.events' },
  { from: 'telemetry.instruments', to: 'telemetry.instrumentation.instruments' },
  { from: 'telemetry.exporters.jaeger', to: 'telemetry.exporters.tracing.jaeger' },
  { from: 'telemetry.exporters.tracing.trace_config', to: 'telemetry.exporters.tracing.common' },
  { from: 'telemetry.exporters.tracing.common.attributes', to: 'telemetry.exporters.tracing.common.resource' },
  { from: 'telemetry.exporters.tracing.common.resources', to: 'telemetry.exporters.tracing.common.resource' },
  { from: 'telemetry.exporters.metrics.common.resources', to: 'telemetry.exporters.metrics.common.resource' },
  {
    from: 'telemetry.exporters.metrics.common.attributes.router',
    to: 'telemetry.exporters.metrics.common.attributes.supergraph',
  },
  {
    from: 'telemetry.exporters.tracing.otlp.timeout',
    to: 'telemetry.exporters.tracing.otlp.batch_processor.max_export_timeout',
  },
  {
    from: 'telemetry.exporters.tracing.propagation.awsxray',
    to: 'telemetry.exporters.tracing.propagation.aws_xray',
  },
  {
    from: 'telemetry.exporters.tracing.experimental_response_trace_id',
    to: 'telemetry.exporters.tracing.response_trace_id',
  },
  {
    from: 'telemetry.apollo.field_level_instrumentation.sampler',
    to: 'telemetry.apollo.field_level_instrumentation_sampler',
  },
  {
    from: 'telemetry.apollo.experimental_apollo_signature_normalization_algorithm',
    to: 'telemetry.apollo.signature_normalization_algorithm',
  },
  {
    from: 'telemetry.apollo.experimental_apollo_metrics_reference_mode',
    to: 'telemetry.apollo.metrics_reference_mode',
  },
  ...[
    'otlp_endpoint',
    'otlp_tracing_protocol',
    'otlp_metrics_protocol',
    'otlp_tracing_sampler',
    'subgraph_metrics',
  ].map((name) => ({ from: `telemetry.apollo.experimental_${name}`, to: `telemetry.apollo.${name}` })),
  { from: 'telemetry.apollo.preview_subgraph_metrics', to: 'telemetry.apollo.subgraph_metrics' },
  ...['experimental_otlp_error_metrics', 'preview_extended_error_metrics', 'errors.preview_extended_error_metrics'].map(
    (name) => ({ from: `telemetry.apollo.${name}`, to: 'telemetry.apollo.errors.extended_error_metrics' }),
  ),
];

const CACHE_SPELLINGS: readonly OldSpelling[] = [
  { from: 'experimental_entity_cache', to: 'response_cache' },
  { from: 'preview_entity_cache', to: 'response_cache' },
  { from: 'preview_response_cache', to: 'response_cache' },
  { from: 'response_cache.redis', to: 'response_cache.subgraph.all.redis' },
  { from: 'response_cache.subgraphs', to: 'response_cache.subgraph.subgraphs' },
  { from: 'supergraph.query_planning.experimental_cache', to: 'supergraph.query_planning.cache' },
  { from: 'supergraph.apq', to: 'apq' },
  { from: 'apq.experimental_cache', to: 'apq.router.cache' },
];

const ACCESS_SPELLINGS: readonly OldSpelling[] = [
  { from: 'authentication.experimental.jwt', to: 'authentication.router.jwt' },
  { from: 'authentication.jwt', to: 'authentication.router.jwt' },
  {
    from: 'authentication.router.jwt.jwks.*.issuer',
    to: 'authentication.router.jwt.jwks.*.issuers',
    value: (old) => [old],
  },
  { from: 'authentication.router.jwt.on_error', value: (old) => SNAKE_CASE[old as string] ?? old },
  { from: 'authorization.preview_directives', to: 'authorization.directives' },
  { from: 'cors.origins', to: 'cors.policies.0.origins' },
  { from: 'cors.match_origins', to: 'cors.policies.0.match_origins' },
  { from: 'preview_persisted_queries', to: 'persisted_queries' },
  { from: 'persisted_queries.experimental_local_manifests', to: 'persisted_queries.local_manifests' },
  { from: 'persisted_queries.safelist.require_ids', to: 'persisted_queries.safelist.require_id' },
  { from: 'preview_demand_control', to: 'demand_control' },
];

const TRAFFIC_SPELLINGS: readonly OldSpelling[] = [
  { from: 'subscription.mode.preview_callback', to: 'subscription.mode.callback' },
  { from: 'subscription.enable_deduplication', to: 'subscription.deduplication.all.enabled' },
  { from: 'subscription.deduplication.enabled', to: 'subscription.deduplication.all.enabled' },
  { from: 'subscription.deduplication.ignored_headers', to: 'subscription.deduplication.all.ignored_headers' },
  { from: 'subscription.mode.passthrough.all.max_reconnect_attempts', to: 'subscription.max_reconnect_attempts' },
  { from: 'subscription.mode.passthrough.all.reconnect_delay', to: 'subscription.reconnect_delay' },
  { from: 'traffic_shaping.variables_deduplication', to: 'traffic_shaping.deduplicate_variables' },
  ...['all', 'subgraphs.*'].flatMap((at) => [
    { from: `traffic_shaping.${at}.experimental_http2`, to: `traffic_shaping.${at}.http2` },
    { from: `traffic_shaping.${at}.experimental_enable_http2`, to: `traffic_shaping.${at}.http2`, value: toHttp2 },
    { from: `traffic_shaping.${at}.experimental_retry`, to: `traffic_shaping.${at}.retry` },
    { from: `traffic_shaping.${at}.deduplicate_query`, value: toDeduplication },
  ]),
  { from: 'experimental_batching', to: 'batching' },
  { from: 'preview_connectors', to: 'connectors' },
  { from: 'coprocessor.client.experimental_http2', to: 'coprocessor.client.http2' },
  { from: 'plugins["experimental.expose_query_plan"]', to: 'expose_query_plan' },
];

/** The order matters: a later entry may move the result of an earlier one. */
export const OLD_SPELLINGS: readonly OldSpelling[] = [
  { from: 'health-check', to: 'health_check' },
  { from: 'server.listen', to: 'supergraph.listen' },
  { from: 'server.introspection', to: 'supergraph.introspection' },
  { from: 'server.experimental_parser_recursion_limit', to: 'limits.router.parser_max_recursion' },
  { from: 'supergraph.preview_defer_support', to: 'supergraph.defer_support' },
  { from: 'supergraph.experimental_log_on_broken_pipe', to: 'supergraph.log_on_broken_pipe' },
  { from: 'preview_operation_limits', to: 'limits' },
  { from: 'limits.experimental_http_max_request_bytes', to: 'limits.router.http_max_request_bytes' },
  ...ROUTER_LIMITS.map((name) => ({ from: `limits.${name}`, to: `limits.router.${name}` })),
  ...CACHE_SPELLINGS,
  ...ACCESS_SPELLINGS,
  ...TRAFFIC_SPELLINGS,
  ...TELEMETRY_SPELLINGS,
];

function toHttp2(old: unknown): unknown {
  return typeof old === 'boolean' ? (old ? 'enable' : 'disable') : old;
}

/** Some versions wrote `{ enabled, ignored_headers }`. */
function toDeduplication(old: unknown): unknown {
  return old !== null && typeof old === 'object' && 'enabled' in old ? old.enabled : old;
}

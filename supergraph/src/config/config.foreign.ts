import { findPaths, parseKeyPath } from './config.paths.ts';
import { foreignTelemetryKeys } from './foreign.telemetry.ts';

/** A key of Apollo Router's that this gateway does not act on. */
export interface ForeignKey {
  /** Dotted; `*` stands for any name or index, and a name with dots stands in `[""]`. */
  readonly path: string;
  /** Whether leaving it out would open what the operator meant to close: then it is an error. */
  readonly protects: boolean;
  readonly advice: string;
}

const ignored = (advice: string, ...paths: string[]): ForeignKey[] =>
  paths.map((path) => ({ path, protects: false, advice }));
const refused = (advice: string, ...paths: string[]): ForeignKey[] =>
  paths.map((path) => ({ path, protects: true, advice }));

/** The same key of all subgraphs and of single ones. */
const ofSubgraphs = (section: string, ...names: string[]): string[] =>
  names.flatMap((name) => [`${section}.all.${name}`, `${section}.subgraphs.*.${name}`]);

const protective: readonly ForeignKey[] = [
  ...refused(
    'it can refuse requests, and nothing here would. Move what the scripts do to a coprocessor, which this gateway ' +
      'speaks to as Apollo Router does, or protect the graph by authentication, authorization or limits.',
    'rhai',
    'wasm',
    'plugins.*',
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
  ...refused(
    'a limit would be lost. Use limits.router.http1_max_request_buf_size, which bounds all headers of a request.',
    'limits.router.http_max_header_size',
    'limits.router.http_max_header_list_size',
  ),
];

const caches: readonly ForeignKey[] = [
  ...ignored('Cached answers are not shown in the sandbox.', 'response_cache.debug'),
  ...ignored('A coprocessor does not see the keys of cached answers.', 'response_cache.expose_keys_in_context'),
  ...ignored('Connectors are not served.', 'response_cache.connector'),
  ...ignored('Whether an answer is private is kept with the answer.', 'response_cache.private_queries_buffer_size'),
  ...ignored('What was kept is found by its tags, not by a scan.', 'response_cache.invalidation.scan_count'),
  ...ignored('Invalidations run one after another.', 'response_cache.invalidation.concurrent_requests'),
  ...ignored('Lookups are counted by apollo_router_response_cache_total.', 'response_cache.metrics'),
  ...ignored(
    'One connection serves, and the gateway starts without it.',
    ...[
      'apq.router.cache.redis',
      'supergraph.query_planning.cache.redis',
      'response_cache.subgraph.all.redis',
      'response_cache.subgraph.subgraphs.*.redis',
    ].flatMap((section) =>
      ['required_to_start', 'pool_size', 'metrics_interval', 'maintenance_timeout'].map((name) => `${section}.${name}`),
    ),
  ),
  ...ignored(
    'What a subgraph says of an answer decides for how long it is kept; a hit does not prolong it.',
    'response_cache.subgraph.all.redis.reset_ttl',
    'response_cache.subgraph.subgraphs.*.redis.reset_ttl',
  ),
  ...ignored(
    'Operations are planned when they are first used.',
    'persisted_queries.experimental_prewarm_query_plan_cache',
  ),
];

const planning: readonly ForeignKey[] = ignored(
  'The planner decides this by itself.',
  'supergraph.query_planning.experimental_plans_limit',
  'supergraph.query_planning.incremental_planner',
  'supergraph.generate_query_fragments_limit',
  'experimental_type_conditioned_fetching',
  'experimental_hoist_orphan_errors',
  'progressive_override',
);

export const foreignKeys: readonly ForeignKey[] = [
  ...protective,
  ...caches,
  ...planning,
  ...ignored(
    'Connectors are not served; a supergraph that has them is refused.',
    'connectors',
    'tls.connector',
    'traffic_shaping.connector',
    'limits.connector',
    'circuit_breaker.connector',
    'headers.connector',
    'coprocessor.connector',
  ),
  ...ignored('Subgraphs get one operation in a request.', 'batching.subgraph', 'preview_graphql_federation'),
  ...ignored('The gateway is ready once it has a supergraph, and until it stops.', 'health_check.readiness'),
  ...ignored('Files go by routes.', 'preview_file_uploads'),
  ...ignored('Events come from subgraphs, by subscriptions.', 'events'),
  ...ignored(
    'A plan that is being made is finished, though its client has gone.',
    'supergraph.query_planning.experimental_cooperative_cancellation',
  ),
  ...ignored('A value that does not fit the schema is null.', 'supergraph.enable_result_coercion_errors'),
  ...ignored(
    'Idle connections of HTTP/2 are not pinged; pool_idle_timeout closes them.',
    ...ofSubgraphs(
      'traffic_shaping',
      'experimental_http2_keep_alive_interval',
      'experimental_http2_keep_alive_timeout',
      'http2_keep_alive_interval',
      'http2_keep_alive_timeout',
    ),
  ),
  ...ignored('Answers are kept by response_cache.', ...ofSubgraphs('traffic_shaping', 'experimental_entity_caching')),
  ...ignored(
    'Plans are not in answers; the stage ExecutionRequest of a coprocessor has them (query_plan).',
    'expose_query_plan',
  ),
  ...ignored('Subgraphs are really asked.', 'experimental_mock_subgraphs'),
  ...ignored(
    'Reconnecting is set for all subgraphs, by subscription.max_reconnect_attempts and reconnect_delay.',
    ...['max_reconnect_attempts', 'reconnect_delay'].map((name) => `subscription.mode.passthrough.subgraphs.*.${name}`),
  ),
  ...Object.entries(foreignTelemetryKeys).flatMap(([advice, paths]) => ignored(advice, ...paths)),
  ...ignored('It changes nothing here.', 'supergraph.generate_query_fragments', 'homepage.graph_ref', 'apq.subgraph'),
  ...ignored('Clients speak HTTP/1.1 here.', 'limits.router.http2_max_headers_list_bytes'),
  ...ignored('The next poll tries again.', 'authentication.router.jwt.jwks.*.retry'),
  ...ignored(
    'It has no meaning here.',
    'license_enforcement',
    'fleet_detector',
    'enhanced_client_awareness',
    'reload',
    'experimental_chaos',
    'experimental_diagnostics',
    'experimental_continuous_profiling',
    'server.http.tcp_keepalive',
  ),
];

/** Keys of the data that the table knows, deepest first where one holds another. */
export function findForeignKeys(data: unknown): { readonly key: ForeignKey; readonly path: (string | number)[] }[] {
  return foreignKeys.flatMap((key) => findPaths(data, parseKeyPath(key.path)).map((path) => ({ key, path })));
}

import { findPaths, parseKeyPath } from './config.paths.ts';
import { FOREIGN_TELEMETRY_KEYS } from './foreign.telemetry.ts';

/** A key of Apollo Router that has no effect in this gateway. */
export interface ForeignKey {
  /** Dotted path. `*` stands for any name or index, and a name with dots is in `[""]`. */
  readonly path: string;
  /** Whether ignoring the key would remove a protection. Then the key is an error, otherwise a warning. */
  readonly protects: boolean;
  readonly advice: string;
}

const ignored = (advice: string, ...paths: string[]): ForeignKey[] =>
  paths.map((path) => ({ path, protects: false, advice }));
const refused = (advice: string, ...paths: string[]): ForeignKey[] =>
  paths.map((path) => ({ path, protects: true, advice }));

/** The paths of keys under `all` and under single subgraphs. */
const ofSubgraphs = (section: string, ...names: string[]): string[] =>
  names.flatMap((name) => [`${section}.all.${name}`, `${section}.subgraphs.*.${name}`]);

const PROTECTIVE_KEYS: readonly ForeignKey[] = [
  ...refused(
    'it can refuse requests, which this gateway would accept. Move the logic to a coprocessor, which this gateway ' +
      'supports, or protect the graph by authentication, authorization or limits.',
    'rhai',
    'wasm',
    'plugins.*',
  ),
  ...refused(
    'requests to subgraphs would not be signed. Remove it, and authenticate to subgraphs by headers or tls.subgraph.',
    'authentication.subgraph',
    'authentication.connector',
  ),
  ...refused(
    'errors that it redacts would reach clients. Use include_subgraph_errors.',
    'supergraph.experimental_redact_errors',
  ),
  ...refused(
    'the limit would not apply. Use limits.router.http1_max_request_buf_size, which bounds all headers of a request.',
    'limits.router.http_max_header_size',
    'limits.router.http_max_header_list_size',
  ),
];

const CACHE_KEYS: readonly ForeignKey[] = [
  ...ignored('The sandbox does not show cached answers.', 'response_cache.debug'),
  ...ignored('The context does not have the keys of cached answers.', 'response_cache.expose_keys_in_context'),
  ...ignored('Connectors are not supported.', 'response_cache.connector'),
  ...ignored(
    'No buffer is needed: each cached answer says whether it is private.',
    'response_cache.private_queries_buffer_size',
  ),
  ...ignored('Cached answers are found by their groups, without a scan.', 'response_cache.invalidation.scan_count'),
  ...ignored('Invalidations run one after another.', 'response_cache.invalidation.concurrent_requests'),
  ...ignored('apollo_router_response_cache_total counts lookups.', 'response_cache.metrics'),
  ...ignored(
    'The gateway uses one connection, and starts even if Redis is unreachable.',
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
    "The subgraph's Cache-Control decides how long an answer is cached; a hit does not extend it.",
    'response_cache.subgraph.all.redis.reset_ttl',
    'response_cache.subgraph.subgraphs.*.redis.reset_ttl',
  ),
  ...ignored(
    'An operation is planned when it is first used.',
    'persisted_queries.experimental_prewarm_query_plan_cache',
  ),
];

const planning: readonly ForeignKey[] = ignored(
  'The query planner does not have this setting.',
  'supergraph.query_planning.experimental_plans_limit',
  'supergraph.query_planning.incremental_planner',
  'supergraph.generate_query_fragments_limit',
  'experimental_type_conditioned_fetching',
  'experimental_hoist_orphan_errors',
  'progressive_override',
);

export const FOREIGN_KEYS: readonly ForeignKey[] = [
  ...PROTECTIVE_KEYS,
  ...CACHE_KEYS,
  ...planning,
  ...ignored(
    'Connectors are not supported; a supergraph that uses them is refused.',
    'connectors',
    'tls.connector',
    'traffic_shaping.connector',
    'limits.connector',
    'circuit_breaker.connector',
    'headers.connector',
    'coprocessor.connector',
  ),
  ...ignored('A request to a subgraph has one operation.', 'batching.subgraph', 'preview_graphql_federation'),
  ...ignored('The gateway is ready from its first supergraph until it stops.', 'health_check.readiness'),
  ...ignored(
    'Uploads in GraphQL requests are not supported. Forward a path for uploads by routes.',
    'preview_file_uploads',
  ),
  ...ignored('Events come from subgraphs only, by subscriptions.', 'events'),
  ...ignored(
    'Planning is not cancelled when the client disconnects.',
    'supergraph.query_planning.experimental_cooperative_cancellation',
  ),
  ...ignored(
    'A value that does not fit the schema is always null, with an error.',
    'supergraph.enable_result_coercion_errors',
  ),
  ...ignored(
    'Idle HTTP/2 connections are not pinged; pool_idle_timeout closes them.',
    ...ofSubgraphs(
      'traffic_shaping',
      'experimental_http2_keep_alive_interval',
      'experimental_http2_keep_alive_timeout',
      'http2_keep_alive_interval',
      'http2_keep_alive_timeout',
    ),
  ),
  ...ignored(
    'Use response_cache, which caches entities too.',
    ...ofSubgraphs('traffic_shaping', 'experimental_entity_caching'),
  ),
  ...ignored(
    'Answers do not contain plans; the stage ExecutionRequest of a coprocessor has them (query_plan).',
    'expose_query_plan',
  ),
  ...ignored('Mock subgraphs are not supported.', 'experimental_mock_subgraphs'),
  ...ignored(
    'Set it for all subgraphs together: subscription.max_reconnect_attempts and reconnect_delay.',
    ...['max_reconnect_attempts', 'reconnect_delay'].map((name) => `subscription.mode.passthrough.subgraphs.*.${name}`),
  ),
  ...Object.entries(FOREIGN_TELEMETRY_KEYS).flatMap(([advice, paths]) => ignored(advice, ...paths)),
  ...ignored('It has no effect here.', 'supergraph.generate_query_fragments', 'homepage.graph_ref', 'apq.subgraph'),
  ...ignored('Clients speak HTTP/1.1 here.', 'limits.router.http2_max_headers_list_bytes'),
  ...ignored('A failed download is repeated at the next poll.', 'authentication.router.jwt.jwks.*.retry'),
  ...ignored(
    'It has no counterpart here.',
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

/** Finds the foreign keys in a configuration. A nested key comes before the key that contains it. */
export function findForeignKeys(data: unknown): { readonly key: ForeignKey; readonly path: (string | number)[] }[] {
  return FOREIGN_KEYS.flatMap((key) => findPaths(data, parseKeyPath(key.path)).map((path) => ({ key, path })));
}

import { findPaths, parseKeyPath } from './config.paths.ts';

/** Keys of older versions that Apollo Router has dropped, or ignores when it reads a file, by the reason. */
export const RETIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'There is only one query planner now.': [
    'experimental_query_planner_mode',
    'supergraph.query_planning.experimental_parallelism',
    'supergraph.query_planning.experimental_reuse_query_plans',
    'supergraph.query_planning.legacy_introspection_caching',
    'supergraph.query_planning.legacy_introspection_cache',
    'supergraph.experimental_reuse_query_fragments',
    'supergraph.reuse_query_fragments',
  ],
  'There is only one implementation now.': [
    'experimental_introspection_mode',
    'experimental_graphql_validation_mode',
    'experimental_api_schema_generation_mode',
    'experimental_apollo_metrics_generation_mode',
    'apollo_metrics_generation_mode',
  ],
  'The URL cannot be changed after the subgraph has answered.': ['coprocessor.subgraph.all.response.uri'],
  'The cache is on if it has urls.': [
    'apq.router.cache.redis.enabled',
    'supergraph.query_planning.cache.redis.enabled',
  ],
  'Spans always follow OpenTelemetry.': [
    'telemetry.instrumentation.spans.mode',
    'telemetry.instrumentation.spans.legacy_request_span',
  ],
};

/** Finds such keys in a configuration. */
export function findRetiredKeys(data: unknown): { readonly advice: string; readonly path: (string | number)[] }[] {
  return Object.entries(RETIRED_KEYS).flatMap(([advice, patterns]) =>
    patterns.flatMap((pattern) => findPaths(data, parseKeyPath(pattern)).map((path) => ({ advice, path }))),
  );
}

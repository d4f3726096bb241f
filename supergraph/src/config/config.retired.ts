import { findPaths, parseKeyPath } from './config.paths.ts';

/** Keys of older versions that Apollo Router has dropped, or drops by itself when it reads a file, with what to know of it. */
export const retiredKeys: Readonly<Record<string, readonly string[]>> = {
  'There is one query planner now.': [
    'experimental_query_planner_mode',
    'supergraph.query_planning.experimental_parallelism',
    'supergraph.query_planning.experimental_reuse_query_plans',
    'supergraph.query_planning.legacy_introspection_caching',
    'supergraph.query_planning.legacy_introspection_cache',
    'supergraph.experimental_reuse_query_fragments',
    'supergraph.reuse_query_fragments',
  ],
  'There is one implementation now.': [
    'experimental_introspection_mode',
    'experimental_graphql_validation_mode',
    'experimental_api_schema_generation_mode',
    'experimental_apollo_metrics_generation_mode',
    'apollo_metrics_generation_mode',
  ],
  'A subgraph that has answered has no URL to change.': ['coprocessor.subgraph.all.response.uri'],
  'A cache is on when it has urls.': [
    'apq.router.cache.redis.enabled',
    'supergraph.query_planning.cache.redis.enabled',
  ],
  'Spans are those of OpenTelemetry.': [
    'telemetry.instrumentation.spans.mode',
    'telemetry.instrumentation.spans.legacy_request_span',
  ],
};

/** Where a file has such keys. */
export function findRetiredKeys(data: unknown): { readonly advice: string; readonly path: (string | number)[] }[] {
  return Object.entries(retiredKeys).flatMap(([advice, patterns]) =>
    patterns.flatMap((pattern) => findPaths(data, parseKeyPath(pattern)).map((path) => ({ advice, path }))),
  );
}

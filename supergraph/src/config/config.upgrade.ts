import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { findPaths } from './config.foreign.ts';

/** What an older Apollo Router called it, and what it is called now. `*` stands for the same name or index in both. */
interface OldSpelling {
  readonly from: string;
  /** Left out: only the value changes. */
  readonly to?: string;
  readonly value?: (old: unknown) => unknown;
}

const routerLimits = [
  'http_max_request_bytes',
  'http1_max_request_headers',
  'http1_max_request_buf_size',
  'http2_max_headers_list_bytes',
  'parser_max_tokens',
  'parser_max_recursion',
  'max_depth',
  'max_height',
  'max_aliases',
  'max_root_fields',
  'introspection_max_depth',
  'warn_only',
];

const snakeCase: Readonly<Record<string, string>> = {
  Error: 'error',
  Continue: 'continue',
  RedactedError: 'redacted_error',
};

/** Order counts: what an early line makes, a later one may move on. */
export const oldSpellings: readonly OldSpelling[] = [
  { from: 'health-check', to: 'health_check' },
  { from: 'server.listen', to: 'supergraph.listen' },
  { from: 'server.introspection', to: 'supergraph.introspection' },
  { from: 'server.experimental_parser_recursion_limit', to: 'limits.router.parser_max_recursion' },
  { from: 'supergraph.preview_defer_support', to: 'supergraph.defer_support' },
  { from: 'supergraph.experimental_log_on_broken_pipe', to: 'supergraph.log_on_broken_pipe' },
  { from: 'supergraph.query_planning.experimental_cache', to: 'supergraph.query_planning.cache' },
  { from: 'preview_operation_limits', to: 'limits' },
  { from: 'limits.experimental_http_max_request_bytes', to: 'limits.router.http_max_request_bytes' },
  ...routerLimits.map((name) => ({ from: `limits.${name}`, to: `limits.router.${name}` })),
  { from: 'supergraph.apq', to: 'apq' },
  { from: 'apq.experimental_cache', to: 'apq.router.cache' },
  { from: 'preview_persisted_queries', to: 'persisted_queries' },
  { from: 'persisted_queries.experimental_local_manifests', to: 'persisted_queries.local_manifests' },
  { from: 'persisted_queries.safelist.require_ids', to: 'persisted_queries.safelist.require_id' },
  { from: 'preview_demand_control', to: 'demand_control' },
  { from: 'preview_entity_cache', to: 'response_cache' },
  { from: 'response_cache.redis', to: 'response_cache.subgraph.all.redis' },
  { from: 'response_cache.subgraphs', to: 'response_cache.subgraph.subgraphs' },
  { from: 'authentication.experimental.jwt', to: 'authentication.router.jwt' },
  { from: 'authentication.jwt', to: 'authentication.router.jwt' },
  {
    from: 'authentication.router.jwt.jwks.*.issuer',
    to: 'authentication.router.jwt.jwks.*.issuers',
    value: (old) => [old],
  },
  { from: 'authentication.router.jwt.on_error', value: (old) => snakeCase[old as string] ?? old },
  { from: 'authorization.preview_directives', to: 'authorization.directives' },
  { from: 'cors.origins', to: 'cors.policies.0.origins' },
  { from: 'cors.match_origins', to: 'cors.policies.0.match_origins' },
  { from: 'subscription.mode.preview_callback', to: 'subscription.mode.callback' },
  { from: 'subscription.enable_deduplication', to: 'subscription.deduplication.all.enabled' },
  { from: 'subscription.deduplication.enabled', to: 'subscription.deduplication.all.enabled' },
  { from: 'subscription.deduplication.ignored_headers', to: 'subscription.deduplication.all.ignored_headers' },
  { from: 'traffic_shaping.variables_deduplication', to: 'traffic_shaping.deduplicate_variables' },
  { from: 'traffic_shaping.all.experimental_http2', to: 'traffic_shaping.all.http2' },
  { from: 'traffic_shaping.subgraphs.*.experimental_http2', to: 'traffic_shaping.subgraphs.*.http2' },
  { from: 'traffic_shaping.all.experimental_enable_http2', to: 'traffic_shaping.all.http2', value: toHttp2 },
  { from: 'traffic_shaping.all.experimental_retry', to: 'traffic_shaping.all.retry' },
  { from: 'traffic_shaping.subgraphs.*.experimental_retry', to: 'traffic_shaping.subgraphs.*.retry' },
  { from: 'telemetry.tracing', to: 'telemetry.exporters.tracing' },
  { from: 'telemetry.metrics', to: 'telemetry.exporters.metrics' },
  { from: 'telemetry.exporters.tracing.trace_config', to: 'telemetry.exporters.tracing.common' },
  {
    from: 'telemetry.exporters.tracing.experimental_response_trace_id',
    to: 'telemetry.exporters.tracing.response_trace_id',
  },
  { from: 'experimental_batching', to: 'batching' },
];

function toHttp2(old: unknown): unknown {
  return typeof old === 'boolean' ? (old ? 'enable' : 'disable') : old;
}

export interface Upgrade {
  readonly from: string;
  readonly to: string;
  /** Where the old spelling stands: an offset into the text. */
  readonly offset: number;
}

/** Rewrites old spellings in a parsed file, comments kept; nodes stay themselves, so positions hold. */
export function upgradeDocument(document: Document): Upgrade[] {
  const upgrades: Upgrade[] = [];
  for (const { from, to, value } of oldSpellings) {
    for (const path of findPaths(document.toJS(), from.split('.'))) {
      const node = document.getIn(path, true);
      const before = isScalar(node) ? node.value : undefined;
      const target = to ? fillWildcards(to, from, path) : path;
      const offset = (node as { range?: [number, number, number] | null } | undefined)?.range?.[0] ?? 0;
      if (to && document.hasIn(target)) {
        if (mergeInto(document, path, target)) upgrades.push({ from: path.join('.'), to: target.join('.'), offset });
        continue;
      }
      const replacement = value && before !== undefined ? document.createNode(value(before)) : node;
      if (!to && isScalar(replacement) && replacement.value === before) continue;
      if (to) document.deleteIn(path);
      setIn(document, target, replacement);
      if (to) dropEmptyParents(document, path);
      upgrades.push({
        from: path.join('.'),
        to: to ? target.join('.') : `${path.join('.')}: ${String(isScalar(replacement) ? replacement.value : '')}`,
        offset,
      });
    }
  }
  return upgrades;
}

/** Moves what the new name does not have yet; where both have a key the old one stays, and gets its error. */
function mergeInto(
  document: Document,
  path: readonly (string | number)[],
  target: readonly (string | number)[],
): boolean {
  const [from, to] = [document.getIn(path, true), document.getIn(target, true)];
  if (!isMap(from) || !isMap(to)) return false;
  const moved = from.items.filter(({ key }) => !to.has(key));
  for (const pair of moved) {
    from.delete(pair.key);
    to.add(pair);
  }
  if (from.items.length === 0) document.deleteIn(path);
  return moved.length > 0;
}

/** The text of a file with today's spellings. Comments, order and everything else stay. */
export function upgradeConfig(text: string): { readonly text: string; readonly upgrades: readonly Upgrade[] } {
  const document = parseDocument(text);
  const upgrades = upgradeDocument(document);
  return { text: upgrades.length === 0 ? text : document.toString({ lineWidth: 0 }), upgrades };
}

function fillWildcards(to: string, from: string, path: readonly (string | number)[]): (string | number)[] {
  const captured = from.split('.').flatMap((segment, index) => (segment === '*' ? [path[index]!] : []));
  return to
    .split('.')
    .map((segment) => (segment === '*' ? captured.shift()! : /^\d+$/.test(segment) ? Number(segment) : segment));
}

/** Like `document.setIn`, but makes a list where the path has an index. */
function setIn(document: Document, path: readonly (string | number)[], node: unknown): void {
  for (let depth = 1; depth < path.length; depth++) {
    const parent = path.slice(0, depth);
    if (!document.hasIn(parent)) document.setIn(parent, document.createNode(typeof path[depth] === 'number' ? [] : {}));
  }
  document.setIn(path, node);
}

function dropEmptyParents(document: Document, path: readonly (string | number)[]): void {
  for (let depth = path.length - 1; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth), true);
    if (!(isMap(parent) || isSeq(parent)) || parent.items.length > 0) return;
    document.deleteIn(path.slice(0, depth));
  }
}

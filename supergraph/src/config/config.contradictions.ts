import { compileRoutePattern } from '../request/route.pattern.ts';
import type { Positions } from './config.positions.ts';
import type { ConfigProblem } from './config.problem.ts';
import type { RouterConfig } from './config.schema.ts';
import { toVariantConfig } from './config.variant.ts';

/** Finds combinations of keys that are not allowed, although each key is valid. */
export function findContradictions(config: RouterConfig, positions: Positions): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const refuse = (path: string[], message: string): void => {
    problems.push({ ...positions.ofKey(path), severity: 'error', path: path.join('.'), message });
  };
  const warn = (path: string[], message: string): void => {
    problems.push({ ...positions.ofKey(path), severity: 'warning', path: path.join('.'), message });
  };
  const { metrics, tracing } = config.telemetry.exporters;
  for (const [kind, { enabled, protocol, endpoint }] of [
    ['metrics', metrics.otlp] as const,
    ['tracing', tracing.otlp] as const,
  ]) {
    const speaksGrpc = protocol === 'grpc' || (protocol !== 'http' && endpoint?.endsWith(':4317'));
    if (!enabled || !speaksGrpc) continue;
    warn(
      ['telemetry', 'exporters', kind, 'otlp', protocol === 'grpc' ? 'protocol' : 'endpoint'],
      "OTLP is sent over HTTP here: name the receiver's HTTP port, usually 4318",
    );
  }
  const refusePersisted = (
    at: string[],
    persisted: RouterConfig['persisted_queries'],
    apq: RouterConfig['apq'],
  ): void => {
    if (persisted.safelist.enabled && !persisted.enabled) {
      refuse([...at, 'persisted_queries', 'safelist'], 'a safelist needs persisted_queries.enabled: true');
    }
    if (persisted.enabled && persisted.safelist.enabled && apq.enabled) {
      refuse(
        [...at, 'persisted_queries', 'safelist'],
        'a safelist needs apq.enabled: false, because clients could otherwise register any operation',
      );
    }
    if (persisted.enabled && !persisted.local_manifests?.length) {
      const message = 'expected local_manifests, the files that list the operations: they are not fetched from GraphOS';
      if (persisted.safelist.enabled) refuse([...at, 'persisted_queries', 'enabled'], message);
      else warn([...at, 'persisted_queries', 'enabled'], `${message}. Without them, no id is known`);
    }
  };
  const {
    persisted_queries: persisted,
    apq,
    sandbox,
    supergraph,
    homepage,
    cors,
    authentication,
    mcp,
    routes,
  } = config;
  refusePersisted([], persisted, apq);
  const paths = new Set([supergraph.path ?? '/graphql']);
  const names = new Set<string>();
  for (const [index, variant] of config.variants.entries()) {
    const at = ['variants', String(index)];
    if (paths.has(variant.path)) refuse([...at, 'path'], `the path ${variant.path} already serves another graph`);
    if (names.has(variant.name)) refuse([...at, 'name'], `another variant already has the name ${variant.name}`);
    paths.add(variant.path);
    names.add(variant.name);
    const own = toVariantConfig(config, variant);
    if (variant.persisted_queries || variant.apq) refusePersisted(at, own.persisted_queries, own.apq);
  }
  if (mcp?.enabled) refuseMcp(mcp, paths, routes, refuse);
  if (sandbox.enabled && !supergraph.introspection) {
    refuse(['sandbox', 'enabled'], 'the sandbox needs supergraph.introspection: true');
  }
  if (sandbox.enabled && homepage.enabled) {
    refuse(['sandbox', 'enabled'], 'the sandbox needs homepage.enabled: false');
  }
  if (cors.allow_any_origin && cors.allow_credentials) {
    refuse(
      ['cors', 'allow_credentials'],
      'browsers do not send credentials to a server that allows any origin: list the origins in policies',
    );
  }
  for (const [index, policy] of cors.policies.entries()) {
    if (policy.origins.includes('*')) {
      refuse(
        ['cors', 'policies', String(index), 'origins'],
        'expected origins; to allow any origin, set cors.allow_any_origin: true',
      );
    }
  }
  const apiKey = authentication.router?.api_key;
  if (apiKey && (apiKey.exchange_url === undefined) === (apiKey.subgraph === undefined)) {
    refuse(['authentication', 'router', 'api_key'], 'expected either exchange_url or subgraph');
  }
  return problems;
}

type Refuse = (path: string[], message: string) => void;

/** @param graphs paths that serve graphs, with parameters */
function refuseMcp(
  { path, tools }: NonNullable<RouterConfig['mcp']>,
  graphs: ReadonlySet<string>,
  routes: RouterConfig['routes'],
  refuse: Refuse,
): void {
  const serving = [...graphs].find((graph) => compileRoutePattern(graph)(path));
  if (serving) refuse(['mcp', 'path'], `the path ${serving} already serves a graph`);
  const taken = routes.find((route) => `${path}/`.startsWith(route.path.replace(/\/?$/, '/')));
  if (taken) refuse(['mcp', 'path'], `the route ${taken.path} already takes the path ${path}`);
  for (const [name, { on_cancel: onCancel }] of Object.entries(tools)) {
    if (onCancel === name) refuse(['mcp', 'tools', name, 'on_cancel'], 'expected another operation');
  }
}

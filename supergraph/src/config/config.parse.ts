// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { type Document, LineCounter, parseDocument, visit } from 'yaml';
import { ExpansionError, type ExpansionSource, expandVariables, processSource } from './config.expansion.ts';
import { findForeignKeys } from './config.foreign.ts';
import { flattenIssue } from './config.issues.ts';
import { type Position, Positions } from './config.positions.ts';
import { type RouterConfig, routerConfigSchema } from './config.schema.ts';
import { upgradeDocument } from './config.upgrade.ts';
import { toVariantConfig } from './config.variant.ts';

export interface ConfigProblem extends Position {
  readonly severity: 'error' | 'warning';
  /** Dotted path of the key; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
}

/** A configuration that cannot be used, with every problem of it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    super(
      `${file} has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}:\n${errors.map((problem) => `  ${toLine(file, problem)}`).join('\n')}`,
    );
  }
}

export interface CheckedConfig {
  /** Null when any problem is an error. */
  readonly config: RouterConfig | null;
  readonly problems: readonly ConfigProblem[];
  /** Files that `${file.…}` has read; a reload watches them too. */
  readonly files: readonly string[];
}

/** `router-config.yaml:3:5 error limits.router.max_depth: expected number, received string` */
export function toLine(file: string, { line, column, severity, path, message }: ConfigProblem): string {
  return `${file}:${line}:${column} ${severity} ${path ? `${path}: ` : ''}${message}`;
}

/** The configuration of a text, with every problem there is rather than the first. Never throws for what the text says. */
export function checkConfig(text: string, source: ExpansionSource = processSource(process.env)): CheckedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const positions = new Positions(document, lines);
  const problems: ConfigProblem[] = document.errors.map((error) => ({
    ...positions.at(error.pos[0]),
    severity: 'error',
    path: '',
    message: error.message.split(/ at line |:?\n/)[0]!,
  }));
  if (problems.length === 0) {
    try {
      document.toJS();
    } catch (error) {
      // Aliases are resolved only now; the parser does not check them.
      problems.push({ ...positions.at(0), severity: 'error', path: '', message: (error as Error).message });
    }
  }
  if (problems.length > 0) return { config: null, problems, files: [] };

  for (const { from, to, offset } of upgradeDocument(document)) {
    problems.push({
      ...positions.at(offset),
      severity: 'warning',
      path: from,
      message: `old spelling; it is now ${to} (config upgrade rewrites it)`,
    });
  }
  const files = expandDocument(document, source, positions, problems);
  const data = document.toJS() ?? {};
  for (const { key, path } of findForeignKeys(data)) {
    const severity = key.protects ? 'error' : 'warning';
    const message = `Apollo Router has this key, this gateway does not: ${key.advice}`;
    problems.push({ ...positions.ofKey(path), severity, path: path.join('.'), message });
    removeAt(data, path);
  }
  const result = routerConfigSchema.safeParse(data);
  for (const issue of result.error?.issues ?? []) {
    for (const { path, message, isName } of flattenIssue(issue)) {
      const position = isName ? positions.ofKey(path) : positions.ofValue(path);
      problems.push({ ...position, severity: 'error', path: path.map(String).join('.'), message });
    }
  }
  if (result.success) problems.push(...findContradictions(result.data, positions));
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  const failed = problems.some(({ severity }) => severity === 'error');
  return { config: failed ? null : result.data!, problems, files };
}

/** @throws ConfigError */
export function parseConfig(
  text: string,
  file: string,
  source?: ExpansionSource,
): CheckedConfig & { config: RouterConfig } {
  const checked = checkConfig(text, source);
  if (!checked.config) throw new ConfigError(file, checked.problems);
  return { ...checked, config: checked.config };
}

function expandDocument(
  document: Document,
  source: ExpansionSource,
  positions: Positions,
  problems: ConfigProblem[],
): string[] {
  const files: string[] = [];
  const readFile = (path: string): string => {
    files.push(path);
    return source.readFile(path);
  };
  const reading: ExpansionSource = { ...source, readFile };
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('$')) return;
      try {
        node.value = expandVariables(node.value, reading);
      } catch (error) {
        if (!(error instanceof ExpansionError)) throw error;
        problems.push({ ...positions.at(node.range?.[0] ?? 0), severity: 'error', path: '', message: error.message });
      }
    },
  });
  return files;
}

function removeAt(data: unknown, path: readonly (string | number)[]): void {
  const parent = path.slice(0, -1).reduce((value, name) => (value as Record<string | number, unknown>)?.[name], data);
  delete (parent as Record<string | number, unknown> | undefined)?.[path.at(-1)!];
}

/** What each key allows but all together do not. */
function findContradictions(config: RouterConfig, positions: Positions): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const refuse = (path: string[], message: string): void => {
    problems.push({ ...positions.ofKey(path), severity: 'error', path: path.join('.'), message });
  };
  const { metrics, tracing } = config.telemetry.exporters;
  for (const [kind, { enabled, protocol }] of [
    ['metrics', metrics.otlp] as const,
    ['tracing', tracing.otlp] as const,
  ]) {
    if (!enabled || protocol !== 'grpc') continue;
    const path = ['telemetry', 'exporters', kind, 'otlp', 'protocol'];
    const message = "OTLP goes out over HTTP here: name the receiver's HTTP port, which is 4318 by custom";
    problems.push({ ...positions.ofKey(path), severity: 'warning', path: path.join('.'), message });
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
        'a safelist needs apq.enabled: false, since clients could register any operation otherwise',
      );
    }
    if (persisted.enabled && !persisted.local_manifests?.length) {
      refuse([...at, 'persisted_queries', 'enabled'], 'expected local_manifests, the files that list the operations');
    }
  };
  const { persisted_queries: persisted, apq, sandbox, supergraph, homepage, cors, authentication } = config;
  refusePersisted([], persisted, apq);
  const paths = new Set([supergraph.path ?? '/graphql']);
  const names = new Set<string>();
  for (const [index, variant] of config.variants.entries()) {
    const at = ['variants', String(index)];
    if (paths.has(variant.path)) refuse([...at, 'path'], `another graph is served at ${variant.path} already`);
    if (names.has(variant.name)) refuse([...at, 'name'], `another variant has the name ${variant.name} already`);
    paths.add(variant.path);
    names.add(variant.name);
    const own = toVariantConfig(config, variant);
    if (variant.persisted_queries || variant.apq) refusePersisted(at, own.persisted_queries, own.apq);
  }
  if (sandbox.enabled && !supergraph.introspection) {
    refuse(['sandbox', 'enabled'], 'the sandbox needs supergraph.introspection: true');
  }
  if (sandbox.enabled && homepage.enabled) {
    refuse(['sandbox', 'enabled'], 'the sandbox needs homepage.enabled: false');
  }
  if (cors.allow_any_origin && cors.allow_credentials) {
    refuse(
      ['cors', 'allow_credentials'],
      'browsers send no credentials to a server that allows any origin; list the origins in policies',
    );
  }
  for (const [index, policy] of cors.policies.entries()) {
    if (policy.origins.includes('*')) {
      refuse(
        ['cors', 'policies', String(index), 'origins'],
        'expected origins; for any origin say cors.allow_any_origin: true',
      );
    }
  }
  const apiKey = authentication.router?.api_key;
  if (apiKey && (apiKey.exchange_url === undefined) === (apiKey.subgraph === undefined)) {
    refuse(['authentication', 'router', 'api_key'], 'expected either exchange_url or subgraph');
  }
  return problems;
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { type Document, LineCounter, parseDocument, visit, type YAMLParseError } from 'yaml';
import { findContradictions } from './config.contradictions.ts';
import { ExpansionError, type ExpansionSource, expandVariables, processSource } from './config.expansion.ts';
import { findForeignKeys } from './config.foreign.ts';
import { flattenIssues } from './config.issues.ts';
import { toKeyPath } from './config.paths.ts';
import { type Position, Positions } from './config.positions.ts';
import type { ConfigProblem } from './config.problem.ts';
import { findRetiredKeys } from './config.retired.ts';
import { type RouterConfig, routerConfigSchema } from './config.schema.ts';
import { upgradeDocument } from './config.upgrade.ts';
import { removeForeignInstrumentation } from './instrumentation.foreign.ts';

export type { ConfigProblem } from './config.problem.ts';

/** An invalid configuration, with all of its problems. */
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
  /** Null if a problem is an error. */
  readonly config: RouterConfig | null;
  readonly problems: readonly ConfigProblem[];
  /** Files that `${file.…}` has read. A reload watches them too. */
  readonly files: readonly string[];
}

/** `router-config.yaml:3:5 error limits.router.max_depth: expected number, received string` */
export function toLine(file: string, { line, column, severity, path, message }: ConfigProblem): string {
  return `${file}:${line}:${column} ${severity} ${path ? `${path}: ` : ''}${message}`;
}

/** Checks the text of a configuration, and reports all of its problems. It never throws for the content of the text. */
export function checkConfig(text: string, source: ExpansionSource = processSource(process.env)): CheckedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const positions = new Positions(document, lines);
  const problems: ConfigProblem[] = toSyntaxErrors(document.errors).map((error) => ({
    ...positions.at(error.pos[0]),
    severity: 'error',
    path: '',
    message: error.message.split(/ at line |:?\n/)[0]!,
  }));
  if (problems.length === 0) {
    try {
      document.toJS();
    } catch (error) {
      // Aliases are resolved here; the parser does not check them.
      problems.push({ ...positions.at(0), severity: 'error', path: '', message: (error as Error).message });
    }
  }
  if (problems.length > 0) return { config: null, problems, files: [] };

  for (const { from, to, offset } of upgradeDocument(document)) {
    problems.push({
      ...positions.at(offset),
      severity: 'warning',
      path: from,
      message: `this is an old spelling; use ${to} (config upgrade rewrites it)`,
    });
  }
  const files = expandDocument(document, source, positions, problems);
  // A value that could not be expanded has its error already, so that no second one is reported for it.
  const unexpanded = new Set(problems.filter(({ severity }) => severity === 'error').map(toPlace));
  const data = document.toJS() ?? {};
  for (const { advice, path } of findRetiredKeys(data)) {
    const message = `Apollo Router has dropped this key: ${advice}`;
    problems.push({ ...positions.ofKey(path), severity: 'warning', path: toKeyPath(path), message });
    removeAt(data, path);
  }
  for (const { key, path } of findForeignKeys(data)) {
    const severity = key.protects ? 'error' : 'warning';
    const message = `Apollo Router has this key, but this gateway does not support it: ${key.advice}`;
    problems.push({ ...positions.ofKey(path), severity, path: toKeyPath(path), message });
    removeAt(data, path);
  }
  for (const { path, advice } of removeForeignInstrumentation(data)) {
    const message = `Apollo Router has this, but this gateway does not support it: ${advice}`;
    problems.push({ ...positions.ofKey(path), severity: 'warning', path: toKeyPath(path), message });
  }
  if (isEmptyMap(data.plugins)) delete data.plugins;
  const result = routerConfigSchema.safeParse(data);
  for (const { path, message, isName } of flattenIssues(result.error?.issues ?? [])) {
    const position = isName ? positions.ofKey(path) : positions.ofValue(path);
    if (unexpanded.has(toPlace(position))) continue;
    problems.push({ ...position, severity: 'error', path: toKeyPath(path), message });
  }
  if (result.success) problems.push(...findContradictions(result.data, positions));
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  const failed = problems.some(({ severity }) => severity === 'error');
  return { config: failed ? null : result.data!, problems, files };
}

/** Keeps only the first syntax error, because the parser reports consequences of it as further errors. Duplicate names are independent errors, and are all kept. */
function toSyntaxErrors(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const first = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  return first ? [first] : errors;
}

function toPlace({ line, column }: Position): string {
  return `${line}:${column}`;
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
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

import type { z } from 'zod';
import { toConfigJsonSchema } from './config.schema.ts';
import { findNearestName } from './config.suggestion.ts';

type Issue = z.core.$ZodIssue;
type JsonSchema = Readonly<Record<string, unknown>>;

export interface FlatIssue {
  readonly path: PropertyKey[];
  readonly message: string;
  /** Whether the problem is the name itself, not its value. */
  readonly isName: boolean;
  /** For an unknown name, the most similar known name. */
  readonly nearest?: string | null;
  /** Whether a required name is missing. */
  readonly isMissing?: boolean;
}

/** Flattens schema issues to one problem for each fault. A mistyped name is not also reported as missing. */
export function flattenIssues(issues: readonly Issue[]): FlatIssue[] {
  const flat = issues.flatMap((issue) => flattenIssue(issue));
  const mistyped = new Set(flat.flatMap(({ path, nearest }) => (nearest ? [toKey(path.slice(0, -1))] : [])));
  return flat.filter(({ path, isMissing }) => !isMissing || !mistyped.has(toKey(path.slice(0, -1))));
}

function toKey(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}

/** Flattens one issue. For a union, it reports the branch that the value resembles most. */
function flattenIssue(issue: Issue, parent: PropertyKey[] = []): FlatIssue[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = knownNames(path);
    return issue.keys.map((name) => {
      const nearest = findNearestName(name, known);
      return { path: [...path, name], message: describeUnknown(name, nearest, known), isName: true, nearest };
    });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branches = issue.errors.map((branch) => branch.flatMap((inner) => flattenIssue(inner, path)));
    const depth = (branch: FlatIssue[]) => Math.min(...branch.map((flat) => flat.path.length + (flat.isName ? -1 : 0)));
    const deepest = branches.reduce((best, branch) => (depth(branch) > depth(best) ? branch : best));
    if (depth(deepest) > path.length) return deepest;
    if (issue.message !== 'Invalid input') return [{ path, message: issue.message, isName: false }];
    return deepest;
  }
  if (issue.code === 'invalid_union') {
    const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
    const names = (options ?? ['header', 'cookie']).map((option) => `'${option}'`).join(' or ');
    return [{ path, message: `expected ${discriminator ?? 'type'} to be ${names}`, isName: false }];
  }
  const message = issue.message
    .replace(/^Invalid (input|option): /, '')
    .replace(/, received undefined$/, ', which is missing');
  return [{ path, message, isName: false, isMissing: issue.message.endsWith('received undefined') }];
}

function describeUnknown(name: string, nearest: string | null, known: readonly string[]): string {
  const expected = nearest
    ? `did you mean '${nearest}'?`
    : known.length > 0
      ? `expected one of ${known.join(', ')}`
      : 'expected no keys here';
  return `unknown key '${name}'; ${expected}`;
}

/** Names that the schema allows at a path. */
function knownNames(path: readonly PropertyKey[]): string[] {
  let schemas: JsonSchema[] = [toConfigJsonSchema()];
  for (const segment of path) schemas = schemas.flatMap(branchesOf).flatMap((schema) => childrenOf(schema, segment));
  return [
    ...new Set(schemas.flatMap(branchesOf).flatMap((schema) => Object.keys((schema.properties as object) ?? {}))),
  ];
}

function branchesOf(schema: JsonSchema): JsonSchema[] {
  const inner = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) => (list as JsonSchema[] | undefined) ?? []);
  return [schema, ...inner.flatMap(branchesOf)];
}

function childrenOf(schema: JsonSchema, segment: PropertyKey): JsonSchema[] {
  if (typeof segment === 'number') return isSchema(schema.items) ? [schema.items] : [];
  const property = (schema.properties as Record<PropertyKey, JsonSchema> | undefined)?.[segment];
  if (property) return [property];
  return isSchema(schema.additionalProperties) ? [schema.additionalProperties] : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return value !== null && typeof value === 'object';
}

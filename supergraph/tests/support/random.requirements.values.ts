import type { GraphQLResolveInfo } from 'graphql';
import { findRequiringField, type RequirementModel, type RequiringField } from './random.requirements.ts';

type Source = Record<string, unknown>;

/** What a field adds for something required that its subgraph was not given. */
const MISSING = 1_000_003;
/** What a field adds for a required reference to nothing. */
const NOTHING = 5;
const LIMIT = 1_000_000;
/** What codes begin with, before the id. */
const CODE = 'c';

/** What the subgraphs saw that must not be. */
export interface RequirementWitness {
  /** Fields that were asked without what they require. */
  readonly missing: string[];
  /** Mutations run. */
  changes: number;
}

/** An entity's identifier: `2-14` is entity 2, number 14. */
export function toEntityId(entity: number, number: number): string {
  return `${entity}-${number}`;
}

function splitId(id: string): readonly [entity: number, number: number] {
  const [entity, number] = id.split('-').map(Number);
  return [entity ?? 0, number ?? 0];
}

/** The true value: an integer, or the ids of the entities. */
export function computeField(model: RequirementModel, id: string, name: string, n = 1): unknown {
  const [entity] = splitId(id);
  if (name === 'common') {
    const parts = (model.asObject?.requires ?? []).map((other) => computeField(model, id, other) as number);
    return toInteger(name, id, sum(parts), 1);
  }
  const field = findRequiringField(model, entity, name);
  const parts = field.requires.map((requirement) => {
    const value = computeField(model, id, requirement.name, requirement.n ?? 1);
    if (requirement.nested === null) return value as number;
    return overReferences(value, (target) => computeField(model, target, requirement.nested ?? '') as number);
  });
  return field.target === null ? toInteger(name, id, sum(parts), n) : toReferences(field, id, sum(parts));
}

/** The field as a subgraph computes it, of what the representation gave it. */
function resolveOwned(model: RequirementModel, source: Source, field: RequiringField, n: number, miss: () => number) {
  const parts = field.requires.map(({ name, nested }) => {
    const value = source[name];
    if (value === undefined) return miss();
    if (nested === null) return value as number;
    return overReferences(value, (target) => (target as Source)[nested] ?? miss());
  });
  const id = source.id as string;
  if (field.target === null) return toInteger(field.name, id, sum(parts), n);
  const provide = (target: string | null) =>
    target && {
      id: target,
      __typename: model.entities[field.target ?? 0]?.name,
      ...(field.provides && { [field.provides]: computeField(model, target, field.provides) }),
    };
  const targets = toReferences(field, id, sum(parts));
  return Array.isArray(targets) ? targets.map(provide) : provide(targets);
}

/** Resolves the fields of one subgraph. */
export function createRequirementResolver(model: RequirementModel, subgraph: number, witness: RequirementWitness) {
  return (
    source: Source | undefined,
    args: { n?: number; id?: string },
    _context: unknown,
    info: GraphQLResolveInfo,
  ) => {
    const { fieldName: name, parentType, path } = info;
    if (parentType.name === 'Query' || parentType.name === 'Mutation') {
      if (parentType.name === 'Mutation') witness.changes += 1;
      return resolveRoot(model, name, args.id);
    }
    const object = { ...source, id: source?.id ?? String(source?.code).slice(CODE.length) };
    const miss = () => {
      witness.missing.push(
        `s${subgraph}: ${parentType.name}.${name} at ${String(path.key)} of ${JSON.stringify(object)}`,
      );
      return MISSING;
    };
    if (name === 'id') return object.id;
    if (name === 'code') return CODE + object.id;
    if (name === 'common') {
      const parts = (model.asObject?.requires ?? []).map(
        (other) => ((object as Source)[other] as number | undefined) ?? miss(),
      );
      return toInteger(name, object.id as string, sum(parts), 1);
    }
    const field = findRequiringField(model, splitId(object.id as string)[0], name);
    if (!field.owners.includes(subgraph)) return (object as Source)[name];
    return resolveOwned(model, object, field, args.n ?? 1, miss);
  };
}

export function resolveRequirementType(model: RequirementModel, source: Source): string | undefined {
  return model.entities[splitId((source.id ?? String(source.code).slice(CODE.length)) as string)[0]]?.name;
}

/** `one0`, `many0`, `change0`, `things`: an entity or some. */
export function resolveRoot(model: RequirementModel, name: string, id?: string): unknown {
  const entityOf = (known: string) => ({ id: known, __typename: resolveRequirementType(model, { id: known }) });
  if (id !== undefined) return entityOf(id);
  if (name === 'things')
    return [...model.entities.keys()].flatMap((entity) => [1, 2].map((n) => entityOf(toEntityId(entity, n))));
  const entity = Number(name.slice('many'.length));
  return [entityOf(toEntityId(entity, 1)), null, entityOf(toEntityId(entity, 4))];
}

function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0);
}

function toInteger(name: string, id: string, required: number, n: number): number {
  const [entity, number] = splitId(id);
  const own = number * 10 + entity + name.charCodeAt(name.length - 1) * 100;
  return ((own + required) * n) % LIMIT;
}

function toReferences({ name, target, isList }: RequiringField, id: string, required: number) {
  const seed = splitId(id)[1] * 3 + name.charCodeAt(name.length - 1) + required;
  const at = (offset: number) => ((seed + offset) % 7 === 0 ? null : toEntityId(target ?? 0, (seed + offset) % 11));
  return isList ? [at(0), at(1)] : at(0);
}

function overReferences(value: unknown, each: (target: never) => unknown): number {
  if (Array.isArray(value)) return sum(value.map((element) => overReferences(element, each)));
  return value === null ? NOTHING : (each(value as never) as number);
}

import {
  baseType,
  type CompositeType,
  type FieldDefinition,
  type InterfaceType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  type ObjectType,
  Subgraph,
  Subgraphs,
  type Supergraph,
} from '@apollo/federation-internals';
import type { RequirementRanks } from './requirement.ranks.ts';

/** A supergraph whose parts the planner treats as separate subgraphs, and the real subgraph's name of each part. */
export interface SplitSupergraph {
  readonly supergraph: Supergraph;
  readonly realNames: ReadonlyMap<string, string>;
}

type FieldsType = ObjectType | InterfaceType;
type Field = FieldDefinition<FieldsType>;

const RANK_MARK = '__rank';
const FEDERATION_FIELDS: ReadonlySet<string> = new Set(['_entities', '_service']);

/**
 * Splits each subgraph whose fields have requirements: the fields of each rank become a subgraph of their own, which is entered
 * by the keys of their types. The planner may merge fetches of one subgraph although they require each other. It keeps fetches
 * of different subgraphs separate and in order.
 */
export function splitByRank(supergraph: Supergraph, ranks: RequirementRanks): SplitSupergraph {
  const originals = supergraph.subgraphs();
  const names = new Set(originals.names());
  const realNames = new Map<string, string>();
  const split: Subgraph[] = [];
  for (const original of originals) {
    const rankOf = ranks.get(original.name);
    if (!rankOf) {
      split.push(original);
      continue;
    }
    const remainder = new Subgraph(original.name, original.url, original.schema.clone());
    makeExternal(remainder, (coordinate) => rankOf.has(coordinate));
    split.push(remainder);
    for (const rank of [...new Set(rankOf.values())].sort((a, b) => a - b)) {
      let name = `${original.name}${RANK_MARK}${rank}`;
      while (names.has(name)) name += '_';
      names.add(name);
      realNames.set(name, original.name);
      const part = new Subgraph(name, original.url, original.schema.clone());
      const isOwn = (coordinate: string) => rankOf.get(coordinate) === rank;
      keepRank(part, isOwn, collectOverridden(originals, original.name));
      split.push(part);
    }
  }
  const subgraphs = new Subgraphs();
  for (const part of split) subgraphs.add(part);
  // The planner reads only the supergraph's schema and its subgraphs.
  const of = Object.assign(Object.create(supergraph) as Supergraph, { subgraphs: () => subgraphs });
  return { supergraph: of, realNames };
}

/** Reduces a subgraph to the fields of one rank, the fields below them, and the keys of their types. */
function keepRank(part: Subgraph, isOwn: (coordinate: string) => boolean, overridden: ReadonlySet<string>): void {
  const { schema } = part;
  const metadata = part.metadata();
  const reached = collectReached(schema.types().filter(hasFields), isOwn);
  const owners = new Set(
    fieldsOf(part)
      .filter(({ coordinate }) => isOwn(coordinate))
      .map(({ parent }) => parent.name),
  );
  const keyFields = new Set<string>();
  for (const application of metadata.keyDirective().applications()) {
    const type = application.parent as FieldsType;
    const { fields } = application.arguments();
    if (!owners.has(type.name)) application.setArguments({ fields, resolvable: false });
    for (const [name] of String(fields).matchAll(/\w+/g)) keyFields.add(`${type.name}.${name}`);
  }
  const roots = new Set(schema.schemaDefinition.roots().map(({ type }) => type.name));
  makeExternal(part, (coordinate, field) => {
    if (isOwn(coordinate) || FEDERATION_FIELDS.has(field.name)) return false;
    const type = field.parent.name;
    if (roots.has(type) || overridden.has(coordinate)) return true;
    if (field.appliedDirectivesOf(metadata.requiresDirective()).length) return true;
    return owners.has(type) && !reached.has(type) && !keyFields.has(coordinate);
  });
}

function makeExternal(part: Subgraph, isExternal: (coordinate: string, field: Field) => boolean): void {
  const metadata = part.metadata();
  for (const field of fieldsOf(part).filter((candidate) => isExternal(candidate.coordinate, candidate))) {
    for (const requires of field.appliedDirectivesOf(metadata.requiresDirective())) requires.remove();
    if (!field.hasAppliedDirective(metadata.externalDirective())) field.applyDirective(metadata.externalDirective());
  }
  part.schema.assumeValid();
}

function fieldsOf({ schema }: Subgraph): Field[] {
  return schema
    .types()
    .filter(hasFields)
    .flatMap((type) => [...type.fields()] as Field[]);
}

function hasFields(type: unknown): type is FieldsType {
  return isObjectType(type as never) || isInterfaceType(type as never);
}

/** Names of the types that are reachable from the fields of a rank. */
function collectReached(types: readonly FieldsType[], isOwn: (coordinate: string) => boolean): ReadonlySet<string> {
  const reached = new Set<string>();
  const queue: CompositeType[] = [];
  const reach = (type: unknown) => {
    const base = baseType(type as never);
    if (!isCompositeType(base) || reached.has(base.name)) return;
    reached.add(base.name);
    queue.push(base);
  };
  for (const field of types.flatMap((type) => [...type.fields()])) if (isOwn(field.coordinate)) reach(field.type);
  for (const type of queue) {
    if (hasFields(type)) for (const field of type.fields()) reach(field.type);
    if (isUnionType(type)) for (const member of type.types()) reach(member);
    else if (isInterfaceType(type)) for (const member of type.possibleRuntimeTypes()) reach(member);
  }
  return reached;
}

/** Fields of a subgraph that another one overrides for some requests (`@override` with a label). */
function collectOverridden(subgraphs: Subgraphs, name: string): ReadonlySet<string> {
  const overridden = new Set<string>();
  for (const subgraph of subgraphs) {
    for (const application of subgraph.metadata().overrideDirective().applications()) {
      const { from, label } = application.arguments();
      if (label && from === name) overridden.add((application.parent as Field).coordinate);
    }
  }
  return overridden;
}

import type { Tape } from './random.schema.ts';

/** An integer that is computed of others, or a reference to another entity. */
export interface RequiringField {
  readonly name: string;
  /** Index of the entity that it refers to; null for an integer. */
  readonly target: number | null;
  readonly isList: boolean;
  /** Whether it multiplies by an argument `n`, 1 by default. */
  readonly hasArgument: boolean;
  /** Subgraphs that resolve it, with the same requirements each. */
  readonly owners: readonly number[];
  readonly requires: readonly Requirement[];
  /** Longest chain of requirements below it. */
  readonly depth: number;
  /** For a reference: a field of its entity that comes along in the first owner's answers. */
  readonly provides: string | null;
}

/** A field of the same entity, and for a reference the field of its entity. */
export interface Requirement {
  readonly name: string;
  readonly nested: string | null;
  readonly n: number | null;
}

interface RequiringEntity {
  readonly name: string;
  readonly fields: readonly RequiringField[];
  /** By subgraph: which keys it is entered by. */
  readonly keys: readonly RequiringKeys[];
}

type RequiringKeys = 'id' | 'code' | 'both';

/** Entities over subgraphs, whose fields require each other in chains; fields require only fields made before them. */
export interface RequirementModel {
  readonly subgraphs: number;
  readonly entities: readonly RequiringEntity[];
  /** Subgraph of each root field: `one`, `many` and `change` for each entity, and `things` of the interface. */
  readonly roots: { readonly one: readonly number[]; readonly many: readonly number[]; readonly things: number | null };
  /** Integers that the interface has as well, in the subgraph of `things`. */
  readonly shared: readonly string[];
  /** The subgraph that knows the interface as an object, and its field `common` there. */
  readonly asObject: { readonly subgraph: number; readonly requires: readonly string[] } | null;
}

const MAX_DEPTH = 5;

export function createRequirementModel(tape: Tape): RequirementModel {
  const subgraphs = 2 + tape.below(4);
  const count = 1 + tape.below(3);
  const entities: { name: string; fields: RequiringField[]; keys: RequiringKeys[] }[] = Array.from(
    { length: count },
    (_, index) => ({ name: `T${index}`, fields: [], keys: Array.from({ length: subgraphs }, () => 'id') }),
  );
  const integers = 3 + tape.below(5);
  for (let round = 0; round < integers; round += 1) {
    for (const [index, entity] of entities.entries()) {
      if (tape.oneIn(4)) entity.fields.push(createReference(tape, entities, index, round, subgraphs));
      entity.fields.push(createInteger(tape, entities, index, `f${round}`, subgraphs));
    }
  }
  const hasInterface = tape.oneIn(2);
  const things = hasInterface ? tape.below(subgraphs) : null;
  for (const { keys } of entities) if (tape.oneIn(3)) chooseKeys(tape, keys, things);
  // A field of the interface has one signature on all of its types.
  const isAlike = (name: string) =>
    entities.every(({ fields }) => fields.every((field) => field.name !== name || !field.hasArgument));
  const names = Array.from({ length: integers }, (_, at) => `f${at}`).filter(isAlike);
  const shared = hasInterface ? names.filter(() => tape.oneIn(2)) : [];
  return {
    subgraphs,
    entities,
    roots: { one: entities.map(() => tape.below(subgraphs)), many: entities.map(() => tape.below(subgraphs)), things },
    shared,
    asObject: things !== null && tape.oneIn(2) ? { subgraph: subgraphs, requires: shared.slice(-1) } : null,
  };
}

/** One subgraph knows both keys, and leads from the one to the other. */
function chooseKeys(tape: Tape, keys: RequiringKeys[], things: number | null): void {
  for (const subgraph of keys.keys()) {
    keys[subgraph] = tape.pick(subgraph === things ? (['id', 'both'] as const) : (['id', 'code', 'both'] as const));
  }
  keys[tape.below(keys.length)] = 'both';
}

function createInteger(
  tape: Tape,
  entities: readonly RequiringEntity[],
  index: number,
  name: string,
  subgraphs: number,
): RequiringField {
  const known = (entities[index] as RequiringEntity).fields;
  const owner = tape.below(subgraphs);
  const requires: Requirement[] = [];
  let depth = 0;
  const wanted = known.length ? tape.below(4) : 0;
  for (let attempt = 0; attempt < wanted; attempt += 1) {
    // Those made last, mostly: chains, not bushes.
    const field = known[known.length - 1 - tape.below(Math.min(known.length, tape.oneIn(3) ? 8 : 2))] as RequiringField;
    if (field.owners.includes(owner) || requires.some((other) => other.name === field.name)) continue;
    const targets = field.target === null ? null : (entities[field.target] as RequiringEntity).fields;
    const inner = targets?.filter(({ target }) => target === null) ?? [];
    if (targets && inner.length === 0) continue;
    const nested = targets ? (inner[inner.length - 1 - tape.below(inner.length)] as RequiringField) : null;
    const below = 1 + Math.max(field.depth, nested?.depth ?? 0);
    if (below > MAX_DEPTH) continue;
    depth = Math.max(depth, below);
    requires.push({
      name: field.name,
      nested: nested?.name ?? null,
      n: field.hasArgument && tape.oneIn(3) ? 1 + tape.below(3) : null,
    });
  }
  const also = tape.oneIn(6) ? tape.below(subgraphs) : owner;
  const canShare = !requires.some(({ name: other }) =>
    known.some((field) => field.name === other && field.owners.includes(also)),
  );
  return {
    name,
    target: null,
    isList: false,
    hasArgument: tape.oneIn(10),
    owners: also !== owner && canShare ? [owner, also] : [owner],
    requires,
    depth,
    provides: null,
  };
}

/** A reference, which may need an integer to be known. */
function createReference(
  tape: Tape,
  entities: readonly RequiringEntity[],
  index: number,
  round: number,
  subgraphs: number,
): RequiringField {
  const known = (entities[index] as RequiringEntity).fields.filter(({ target }) => target === null);
  const owner = tape.below(subgraphs);
  const target = tape.below(entities.length);
  const last = known.at(-1);
  const isComputed = last !== undefined && !last.owners.includes(owner) && last.depth < MAX_DEPTH && tape.oneIn(3);
  const provided = (entities[target] as RequiringEntity).fields.filter(
    (field) => field.target === null && !field.owners.includes(owner) && !field.hasArgument,
  );
  const isList = tape.oneIn(3);
  return {
    // Fragments on different types can ask for both.
    name: `${isList ? 'l' : 'r'}${round}`,
    target,
    isList,
    hasArgument: false,
    owners: [owner],
    requires: isComputed ? [{ name: last.name, nested: null, n: null }] : [],
    depth: isComputed ? last.depth + 1 : 0,
    provides: provided.length && tape.oneIn(5) ? tape.pick(provided).name : null,
  };
}

export function findRequiringField(model: RequirementModel, entity: number, name: string): RequiringField {
  const field = model.entities[entity]?.fields.find((candidate) => candidate.name === name);
  if (!field) throw new Error(`There is no field ${name} of entity ${entity}.`);
  return field;
}

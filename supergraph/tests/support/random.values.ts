import type { GraphQLFieldResolver, GraphQLTypeResolver } from 'graphql';
import type { FieldModel, SchemaModel } from './random.schema.ts';

interface Source {
  readonly __typename?: string;
  readonly id?: string;
  readonly code?: string;
  readonly part?: { readonly a: number };
  readonly [field: string]: unknown;
}

/** What mutations change, and the order in which they ran. */
export interface RandomState {
  ticks: number;
  readonly log: string[];
}

/** FNV-1a: the same value for the same object and field, in whichever subgraph. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}

/**
 * Resolves every field of the model, of the whole schema and of its parts alike.
 * @param subgraph the part's index; null for the whole
 */
export function createResolver(
  model: SchemaModel,
  subgraph: number | null,
  state: RandomState,
): GraphQLFieldResolver<Source, unknown> {
  const fields = new Map<string, FieldModel>();
  for (const field of model.queries) fields.set(`Query.${field.name}`, field);
  for (const field of model.mutations) fields.set(`Mutation.${field.name}`, field);
  for (const field of model.valueFields) fields.set(`Spot.${field.name}`, field);
  for (const field of model.nodeFields) fields.set(`Node.${field.name}`, field);
  for (const { name, fields: own } of model.entities) {
    for (const field of [...model.thingFields, ...model.nodeFields, ...own]) fields.set(`${name}.${field.name}`, field);
  }
  const names = model.entities.map(({ name }) => name);

  const resolveValue = (id: string, field: FieldModel, input: unknown): unknown => {
    const seed = hash(`${field.name}:${id}:${JSON.stringify(input ?? null)}`);
    if (field.isFallible && seed % 6 === 0) throw new Error(`${field.name} failed`);
    if (field.isFallible && field.isNonNull && seed % 6 === 1) return null;
    if (!field.isNonNull && seed % 7 === 0) return null;
    return listOf(field, seed, field.lists);
  };
  const listOf = (field: FieldModel, seed: number, lists: number): unknown => {
    if (lists === 0) return itemOf(field, seed);
    return Array.from({ length: seed % 4 }, (_, index) => {
      const itemSeed = hash(`${seed}:${index}`);
      // An item may be null though it must not.
      if (lists === 1 && itemSeed % 7 === 0 && (!field.isItemNonNull || field.isFallible)) return null;
      return listOf(field, itemSeed, lists - 1);
    });
  };
  const entityOf = (seed: number, known: readonly string[] = names): Source => {
    // An id tells the type, so that the interface object's subgraph and the others mean the same.
    const number = seed % (known.length * 5);
    const name = known[number % known.length] as string;
    return { __typename: name, id: `${names.indexOf(name)}-${number % 5}` };
  };
  const itemOf = (field: FieldModel, seed: number): unknown => {
    switch (field.kind) {
      case 'scalar':
        return {
          Int: seed % 1000,
          Float: (seed % 1000) / 4,
          String: `"${seed % 1000}"\n`,
          Boolean: seed % 2 === 0,
          ID: seed % 2 ? `${seed % 1000}` : seed % 1000,
        }[field.base];
      case 'enum':
        return ['RED', 'GREEN', 'BLUE'][seed % 3];
      case 'value':
        return { id: String(seed) };
      case 'entity':
        return entityOf(seed, [field.base]);
      case 'pick':
        return entityOf(seed, model.picks[field.owner]);
      case 'node':
        if (subgraph !== model.subgraphs) return entityOf(seed);
        return { id: entityOf(seed).id };
      default:
        return entityOf(seed);
    }
  };

  return (source, args, _context, { parentType, fieldName }) => {
    if (parentType.name === 'Part') return source?.[fieldName];
    const index = source?.part ? source.part.a : undefined;
    const id = source?.id ?? source?.code?.slice('code-'.length) ?? (index === undefined ? '' : toId(index));
    if (fieldName === 'id') return id;
    if (fieldName === 'code') return `code-${id}`;
    if (fieldName === 'part') return { a: toNumber(id), b: `b-${id}` };
    if (fieldName === 'tick') return state.ticks;
    if (fieldName.startsWith('ok')) return true;
    const field = fields.get(`${parentType.name}.${fieldName}`);
    if (!field) throw new Error(`No such field: ${parentType.name}.${fieldName}`);
    if (parentType.name === 'Mutation') {
      state.ticks += 1;
      state.log.push(fieldName);
    }
    if (field.movedFrom !== null && field.movedFrom === subgraph) throw new Error(`${fieldName} was moved away`);
    if (!field.requires) return resolveValue(id, field, args);
    const { name, n } = field.requires;
    const required = fields.get(`${parentType.name}.${name}`) as FieldModel;
    // In a subgraph the required value comes with the representation; in the whole schema it is computed here.
    if (subgraph !== null && !(name in source)) throw new Error(`${name} did not come for ${fieldName}`);
    const value =
      subgraph !== null ? source[name] : resolveValue(id, required, required.hasArguments ? { n: n ?? 1 } : {});
    return resolveValue(id, field, asSent(value, required));
  };
}

/** Ids are `type-number`. */
const toNumber = (id: string): number => id.split('-').reduce((number, part) => number * 100 + Number(part), 0);
const toId = (number: number): string => `${Math.floor(number / 100)}-${number % 100}`;

/** As a subgraph gets it: an ID is text. */
function asSent(value: unknown, { base }: FieldModel): unknown {
  if (Array.isArray(value)) return value.map((item) => asSent(item, { base } as FieldModel));
  return base === 'ID' && value !== null ? String(value) : value;
}

/** What the interface `Node` means in a subgraph that knows its types. */
export function resolveNode(model: SchemaModel): (reference: { id: string }) => Source {
  return ({ id }) => ({ __typename: model.entities[Number(id.split('-')[0])]?.name, id });
}

export const resolveType: GraphQLTypeResolver<Source, unknown> = (source) => source.__typename;

import type { GraphQLFieldResolver, GraphQLTypeResolver } from 'graphql';
import type { FieldModel, SchemaModel } from './random.schema.ts';

interface Source {
  readonly __typename?: string;
  readonly id?: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/** FNV-1a: the same value for the same object and field, in whichever subgraph. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}

/** Resolves every field of the model, of the whole schema and of its parts alike. */
export function createResolver(model: SchemaModel): GraphQLFieldResolver<Source, unknown> {
  const fields = new Map<string, FieldModel>();
  for (const field of model.queries) fields.set(`Query.${field.name}`, field);
  for (const field of model.valueFields) fields.set(`Spot.${field.name}`, field);
  for (const { name, fields: own } of model.entities) {
    for (const field of [...model.thingFields, ...own]) fields.set(`${name}.${field.name}`, field);
  }
  const names = model.entities.map(({ name }) => name);

  const resolveValue = (type: string, id: string, field: FieldModel, input: unknown): unknown => {
    const seed = hash(`${type}.${field.name}:${id}:${JSON.stringify(input ?? null)}`);
    if (field.isFallible && seed % 6 === 0) throw new Error(`${type}.${field.name} failed`);
    if (field.isFallible && field.isNonNull && seed % 6 === 1) return null;
    if (!field.isNonNull && seed % 7 === 0) return null;
    if (!field.isList) return itemOf(field, seed);
    return Array.from({ length: seed % 4 }, (_, index) => {
      const itemSeed = hash(`${seed}:${index}`);
      return !field.isItemNonNull && itemSeed % 7 === 0 ? null : itemOf(field, itemSeed);
    });
  };
  const itemOf = (field: FieldModel, seed: number): unknown => {
    switch (field.kind) {
      case 'scalar':
        return { Int: seed % 1000, Float: (seed % 1000) / 4, String: `"${seed % 1000}"\n`, Boolean: seed % 2 === 0 }[
          field.base
        ];
      case 'enum':
        return ['RED', 'GREEN', 'BLUE'][seed % 3];
      case 'value':
        return { id: String(seed) };
      case 'entity':
        return { __typename: field.base, id: String(seed % 5) };
      default:
        return { __typename: names[seed % names.length], id: String(seed % 5) };
    }
  };

  return (source, args, _context, { parentType, fieldName }) => {
    const id = source?.id ?? source?.code?.slice('code-'.length) ?? '';
    if (fieldName === 'id') return id;
    if (fieldName === 'code') return `code-${id}`;
    if (fieldName.startsWith('ok')) return true;
    const field = fields.get(`${parentType.name}.${fieldName}`);
    if (!field) throw new Error(`No such field: ${parentType.name}.${fieldName}`);
    if (!field.requires) return resolveValue(parentType.name, id, field, args.n);
    const required = fields.get(`${parentType.name}.${field.requires}`) as FieldModel;
    // In a subgraph the required value comes with the representation; in the whole schema it is computed here.
    const value =
      source[field.requires] !== undefined
        ? source[field.requires]
        : resolveValue(parentType.name, id, required, undefined);
    return resolveValue(parentType.name, id, field, value);
  };
}

export const resolveType: GraphQLTypeResolver<Source, unknown> = (source) => source.__typename;

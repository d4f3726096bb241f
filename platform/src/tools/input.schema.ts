import {
  type ConstValueNode,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isSpecifiedScalarType,
  valueFromASTUntyped,
} from 'graphql';
import type { JsonSchema } from './tool.ts';

/** JSON types of GraphQL's own scalars. */
const SPECIFIED: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer' },
  Float: { type: 'number' },
  String: { type: 'string' },
  ID: { type: 'string' },
  Boolean: { type: 'boolean' },
};

/** Input types written out at their places; beyond that they are written once, and referred to. */
const MAX_INLINE = 64;

/**
 * JSON Schemas of GraphQL input types. Input types are written out where they are used, because some clients do not follow
 * references; recursive ones, and those of very large inputs, are references to `definitions`.
 */
export class InputSchemas {
  readonly definitions: Record<string, JsonSchema> = {};
  readonly #open = new Set<GraphQLInputObjectType>();
  #inlined = 0;

  /** @param scalars JSON Schemas of custom scalars; one that is left out takes any value */
  constructor(private readonly scalars: Readonly<Record<string, JsonSchema>>) {}

  /** A value that may be null is one that may be left out: its schema is that of the type without null. */
  toSchema(type: GraphQLInputType): JsonSchema {
    if (isNonNullType(type)) return this.toSchema(type.ofType);
    if (isListType(type)) return { type: 'array', items: this.toSchema(type.ofType) };
    if (isEnumType(type)) return toEnumSchema(type);
    if (isInputObjectType(type)) return this.#toObjectSchema(type);
    return this.#toScalarSchema(type);
  }

  #toScalarSchema(type: GraphQLScalarType): JsonSchema {
    const { name, description } = type;
    const schema = this.scalars[name] ?? (isSpecifiedScalarType(type) ? SPECIFIED[name] : undefined) ?? {};
    return isSpecifiedScalarType(type) || !description ? schema : { description, ...schema };
  }

  #toObjectSchema(type: GraphQLInputObjectType): JsonSchema {
    if (this.#open.has(type) || this.#inlined >= MAX_INLINE || this.definitions[type.name]) {
      if (!this.definitions[type.name]) {
        // Known before it is whole, because it may refer to itself.
        this.definitions[type.name] = {};
        this.definitions[type.name] = this.#writeOut(type);
      }
      return { $ref: `#/$defs/${type.name}` };
    }
    this.#inlined += 1;
    return this.#writeOut(type);
  }

  #writeOut(type: GraphQLInputObjectType): JsonSchema {
    this.#open.add(type);
    const fields = Object.values(type.getFields());
    const properties = Object.fromEntries(
      fields.map((field) => [
        field.name,
        describe(this.toSchema(field.type), field.description, field.defaultValue, field.deprecationReason),
      ]),
    );
    const required = fields.filter(({ type: of, defaultValue }) => isNonNullType(of) && defaultValue === undefined);
    this.#open.delete(type);
    return {
      type: 'object',
      ...(type.description && { description: type.description }),
      properties,
      ...(required.length > 0 && { required: required.map(({ name }) => name) }),
      ...(type.isOneOf && { minProperties: 1, maxProperties: 1 }),
      additionalProperties: false,
    };
  }
}

/** Adds what is said about one use of a type. */
export function describe(
  schema: JsonSchema,
  description: string | null | undefined,
  defaultValue?: unknown,
  deprecationReason?: string | null,
): JsonSchema {
  const text = [description, deprecationReason && `Deprecated: ${deprecationReason}`].filter(Boolean).join('\n');
  return {
    ...schema,
    ...(text && { description: text }),
    ...(defaultValue !== undefined && defaultValue !== null && { default: defaultValue }),
  };
}

export function toDefault(node: ConstValueNode | undefined): unknown {
  return node && valueFromASTUntyped(node);
}

function toEnumSchema(type: GraphQLEnumType): JsonSchema {
  const values = type.getValues();
  const described = values
    .filter(({ description }) => description)
    .map(({ name, description }) => `${name}: ${description}`);
  const description = [type.description, ...described].filter(Boolean).join('\n');
  return { type: 'string', enum: values.map(({ name }) => name), ...(description && { description }) };
}

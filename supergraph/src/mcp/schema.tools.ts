import type { ArgumentsSchema } from '@vibecode/platform/tools/tool';
import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isIntrospectionType,
  printType,
} from 'graphql';
import { findNearestName } from '../config/config.suggestion.ts';
import type { McpConfig } from '../config/mcp.section.ts';

/** A tool of the gateway itself, with which models write operations of their own. */
export interface SchemaTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ArgumentsSchema;
  /** Whether a call may change something. */
  readonly changes: boolean;
  /** Reads the schema. Left out for a tool that is about an operation, which the caller has to run or check. */
  answer?(args: Readonly<Record<string, unknown>>): object;
  /** What is done with the argument `operation`. */
  readonly takesOperation?: 'validate' | 'execute';
}

const MAX_DEPTH = 4;
const MAX_TERMS = 10;
const MAX_FOUND = 50;

const operation = { type: 'string', description: 'A GraphQL document with one operation.' };

/** Those that the configuration switches on. */
export function createSchemaTools(
  { introspection, mutation_mode: mutationMode }: Pick<McpConfig, 'introspection' | 'mutation_mode'>,
  schema: GraphQLSchema,
): readonly SchemaTool[] {
  const tools: SchemaTool[] = [];
  if (introspection.introspect.enabled) tools.push(createIntrospect(schema));
  if (introspection.search.enabled) tools.push(createSearch(schema));
  if (introspection.validate.enabled)
    tools.push({
      name: 'validate',
      description: 'Checks a GraphQL operation against the schema, without running it.',
      inputSchema: { type: 'object', properties: { operation }, required: ['operation'], additionalProperties: false },
      changes: false,
      takesOperation: 'validate',
    });
  if (introspection.execute.enabled)
    tools.push({
      name: 'execute',
      description: `Runs a GraphQL query${mutationMode === 'all' ? ' or mutation' : ''}. Prefer a tool made for the purpose.`,
      inputSchema: {
        type: 'object',
        properties: { operation, variables: { type: 'object', description: 'Values of its variables, by name.' } },
        required: ['operation'],
        additionalProperties: false,
      },
      changes: mutationMode === 'all',
      takesOperation: 'execute',
    });
  return tools;
}

function createIntrospect(schema: GraphQLSchema): SchemaTool {
  const types = toTypes(schema);
  return {
    name: 'introspect',
    description: 'Describes a type of the GraphQL schema and, to a depth, the types that its fields refer to.',
    inputSchema: {
      type: 'object',
      properties: {
        type: { type: 'string', description: 'Name of a type.', default: 'Query' },
        depth: { type: 'integer', minimum: 1, maximum: MAX_DEPTH, default: 1, description: '1: this type only.' },
      },
      additionalProperties: false,
    },
    changes: false,
    answer({ type = 'Query', depth = 1 }) {
      const found = types.get(String(type));
      if (!found) {
        const nearest = findNearestName(String(type).slice(0, 100), types.keys());
        return { error: `There is no type '${type}'.${nearest ? ` Did you mean '${nearest}'?` : ''}` };
      }
      const around = collectAround(found, Math.min(Math.max(Number(depth) || 1, 1), MAX_DEPTH));
      return { sdl: around.map((one) => printType(one)).join('\n\n') };
    },
  };
}

function collectAround(start: GraphQLNamedType, depth: number): GraphQLNamedType[] {
  const found = new Set<GraphQLNamedType>([start]);
  let edge: GraphQLNamedType[] = [start];
  for (let level = 1; level < depth; level += 1) {
    const next = new Set(edge.flatMap(toReferred).filter((type) => !found.has(type)));
    for (const type of next) found.add(type);
    edge = [...next];
  }
  return [...found];
}

function toReferred(type: GraphQLNamedType): GraphQLNamedType[] {
  if ('getTypes' in type) return [...type.getTypes()];
  if (!('getFields' in type)) return [];
  const fields: readonly (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(type.getFields());
  return fields.flatMap((field) => [
    getNamedType(field.type),
    ...('args' in field ? field.args.map((argument) => getNamedType(argument.type)) : []),
  ]);
}

function createSearch(schema: GraphQLSchema): SchemaTool {
  const entries = toEntries(schema);
  return {
    name: 'search',
    description: 'Finds types and fields of the GraphQL schema by words in their names and descriptions.',
    inputSchema: {
      type: 'object',
      properties: { terms: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: MAX_TERMS } },
      required: ['terms'],
      additionalProperties: false,
    },
    changes: false,
    answer({ terms }) {
      const words = (Array.isArray(terms) ? terms : [terms])
        .slice(0, MAX_TERMS)
        .map((term) => String(term).toLowerCase());
      const ranked = entries
        .map((entry) => ({ entry, score: words.reduce((sum, word) => sum + scoreOf(entry, word), 0) }))
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, MAX_FOUND);
      return { found: ranked.map(({ entry: { name, type, description } }) => ({ name, type, description })) };
    },
  };
}

interface SchemaEntry {
  /** `Product`, or `Product.name`. */
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
}

/** A word in a name counts for more than one in a description. */
function scoreOf({ name, description }: SchemaEntry, word: string): number {
  if (word === '') return 0;
  return (name.toLowerCase().includes(word) ? 3 : 0) + (description?.toLowerCase().includes(word) ? 1 : 0);
}

function toEntries(schema: GraphQLSchema): SchemaEntry[] {
  return [...toTypes(schema).values()].flatMap((type) => [
    { name: type.name, ...(type.description && { description: type.description }) },
    ...('getFields' in type
      ? Object.values(type.getFields()).map((field) => ({
          name: `${type.name}.${field.name}`,
          type: String(field.type),
          ...(field.description && { description: field.description }),
        }))
      : []),
  ]);
}

function toTypes(schema: GraphQLSchema): ReadonlyMap<string, GraphQLNamedType> {
  return new Map(Object.entries(schema.getTypeMap()).filter(([, type]) => !isIntrospectionType(type)));
}

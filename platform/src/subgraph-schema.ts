import 'reflect-metadata';
import { buildSubgraphSchema as buildApolloSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  isTypeDefinitionNode,
  Kind,
  parse,
  print,
  type TypeDefinitionNode,
  visit,
} from 'graphql';
import { buildSchemaSync, createResolversMap, type NonEmptyArray } from 'type-graphql';

const FEDERATION_SPEC = 'https://specs.apollo.dev/federation/v2.9';
const FEDERATION_DIRECTIVES = [
  '@authenticated',
  '@composeDirective',
  '@cost',
  '@external',
  '@inaccessible',
  '@interfaceObject',
  '@key',
  '@listSize',
  '@override',
  '@policy',
  '@provides',
  '@requires',
  '@requiresScopes',
  '@shareable',
  '@tag',
];

/**
 * Our own directive on subscription fields. A client whose stream was interrupted can subscribe again with `argument` set to the
 * last value at `cursor` (a path below the field), and gets neither a gap nor a duplicate.
 */
const RESUMABLE_SPEC = 'https://specs.vibecode.dev/resumable/v1.0';
const RESUMABLE_DEFINITION = 'directive @resumable(cursor: String!, argument: String!) on FIELD_DEFINITION';

/** type-graphql's name of the scalar that clients know as `DateTime`. */
const CODE_FIRST_DATE_TIME = 'DateTimeISO';

// biome-ignore lint/suspicious/noExplicitAny: a reference holds whichever key fields the gateway knows
type ReferenceResolver = (reference: any, context: any) => unknown;

export interface SubgraphSchemaOptions {
  /** type-graphql resolver classes. */
  // biome-ignore lint/complexity/noBannedTypes: how type-graphql types classes
  readonly resolvers: NonEmptyArray<Function>;
  /** Object types that no field returns: implementations of an interface, and entities of other subgraphs with fields of this one. */
  // biome-ignore lint/complexity/noBannedTypes: how type-graphql types classes
  readonly orphanedTypes?: Function[];
  /** Resolves a reference from another subgraph to an entity, by type name. Return null if the entity does not exist. */
  readonly references?: Readonly<Record<string, ReferenceResolver>>;
  /**
   * Contracts by tag, each with its types (`Project`: all fields) and fields (`Query.project`). They are listed in one place, so
   * that the exposed part of the schema is visible at a glance.
   */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
}

export interface SubgraphSchema {
  readonly schema: GraphQLSchema;
  /** Federation 2 SDL for composition. */
  readonly sdl: string;
}

/** Builds a federation 2 subgraph schema from type-graphql classes. Federation directives are given by `@Directive`. */
export function buildSubgraphSchema({
  resolvers,
  orphanedTypes = [],
  references = {},
  tags = {},
}: SubgraphSchemaOptions): SubgraphSchema {
  const codeFirst = buildSchemaSync({
    resolvers,
    orphanedTypes,
    validate: false,
    // Each field has a source by `subscribe`, but type-graphql requires a bus anyway.
    pubSub: { publish: () => undefined, subscribe: () => neverYields() },
  });
  const sdl = toFederationSdl(printSchemaWithDirectives(codeFirst), tags);
  const map = createResolversMap(codeFirst) as Record<string, Record<string, unknown>>;
  if (map[CODE_FIRST_DATE_TIME]) {
    map.DateTime = map[CODE_FIRST_DATE_TIME];
    delete map[CODE_FIRST_DATE_TIME];
  }
  for (const [type, resolve] of Object.entries(references)) {
    if (!map[type]) map[type] = {};
    map[type].__resolveReference = resolve;
  }
  const schema = buildApolloSubgraphSchema([{ typeDefs: parse(sdl), resolvers: map as never }]);
  return { schema, sdl };
}

async function* neverYields(): AsyncGenerator<never> {}

function toFederationSdl(printed: string, tags: NonNullable<SubgraphSchemaOptions['tags']>): string {
  const document = visit(withTags(parse(printed), tags), {
    [Kind.NAME]: {
      enter: (node) => (node.value === CODE_FIRST_DATE_TIME ? { ...node, value: 'DateTime' } : undefined),
    },
    // The link brings the definitions of federation's own directives.
    [Kind.DIRECTIVE_DEFINITION]: { enter: () => null },
  });
  const used = new Set<string>();
  visit(document, { [Kind.DIRECTIVE]: { enter: (node) => void used.add(`@${node.name.value}`) } });
  const resumable = used.has('@resumable');
  if (resumable) used.add('@composeDirective');
  const imports = FEDERATION_DIRECTIVES.filter((name) => used.has(name));
  const head = [`extend schema @link(url: "${FEDERATION_SPEC}", import: ${JSON.stringify(imports)})`];
  if (resumable) {
    head.push(`  @link(url: "${RESUMABLE_SPEC}", import: ["@resumable"])`, '  @composeDirective(name: "@resumable")');
    head.push('', RESUMABLE_DEFINITION);
  }
  return `${head.join('\n')}\n\n${print(document)}\n`;
}

/** @throws Error for a tag on a type or field that the schema does not have */
function withTags(document: DocumentNode, tags: NonNullable<SubgraphSchemaOptions['tags']>): DocumentNode {
  const missing = new Set(Object.values(tags).flat());
  const tagged = <Node extends FieldDefinitionNode | TypeDefinitionNode>(node: Node, coordinate: string): Node => {
    const names = Object.keys(tags).filter((tag) => tags[tag]?.includes(coordinate));
    if (names.length === 0) return node;
    missing.delete(coordinate);
    return { ...node, directives: [...(node.directives ?? []), ...names.map(toTag)] };
  };
  const definitions = document.definitions.map((definition) => {
    if (!isTypeDefinitionNode(definition)) return definition;
    const type = tagged(definition, definition.name.value);
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return type;
    return { ...type, fields: type.fields?.map((field) => tagged(field, `${type.name.value}.${field.name.value}`)) };
  });
  if (missing.size > 0) throw new Error(`The schema does not have ${[...missing].join(', ')}, which a tag names.`);
  return { ...document, definitions };
}

function toTag(name: string): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'tag' },
    arguments: [
      { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'name' }, value: { kind: Kind.STRING, value: name } },
    ],
  };
}

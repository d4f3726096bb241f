import { AppError } from '@vibecode/platform/errors';
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  parse,
  print,
  type SchemaDefinitionNode,
  visit,
} from 'graphql';
import type { ContractFilter } from './contract.schema.ts';
import { ContractSchema, type Directed } from './contract.schema.ts';

const INACCESSIBLE_SPEC = 'https://specs.apollo.dev/inaccessible/v0.2';
/** What a supergraph says that hides something. */
const INACCESSIBLE = parse(
  `schema @link(url: "${INACCESSIBLE_SPEC}", for: SECURITY) { query: Query }
  directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION`,
  { noLocation: true },
);

/**
 * The supergraph with everything marked `@inaccessible` that the contract does not show. Keys and required fields stay for
 * the planner, as in GraphOS; a tag on an object, interface, union or input type counts for all of its fields.
 * Source: https://www.apollographql.com/docs/graphos/platform/schema-management/delivery/contracts/overview
 *
 * @throws AppError when nothing of Query is left, or the tags are of no use
 */
export function toContract(sdl: string, filter: ContractFilter): string {
  const document = parse(sdl, { noLocation: true });
  const names = { tag: directiveNamed(document, 'tag'), inaccessible: directiveNamed(document, 'inaccessible') };
  const schema = new ContractSchema(document, names, filter);
  const known = new Set(schema.tags);
  const unknown = [...filter.includeTags, ...filter.excludeTags].filter((tag) => !known.has(tag));
  if (unknown.length > 0) {
    const list = known.size > 0 ? `it has ${[...known].join(', ')}` : 'it has none';
    throw invalid(`the supergraph has no @tag(name: "${unknown.join('", "')}"); ${list}`);
  }
  schema.hide();
  if (!schema.isUsable) throw invalid('it leaves no field of Query');

  const mark: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: names.inaccessible } };
  const contract = visit(document, {
    enter: (node) =>
      schema.hidden.has(node) ? { ...node, directives: [...((node as Directed).directives ?? []), mark] } : undefined,
  });
  return print(withInaccessible(contract, names.inaccessible));
}

/** By the `as` of its `@link`, else its own name. */
function directiveNamed({ definitions }: DocumentNode, name: string): string {
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      const values = Object.fromEntries(
        (link.arguments ?? []).flatMap(({ name: key, value }) => ('value' in value ? [[key.value, value.value]] : [])),
      ) as Record<string, string | undefined>;
      if (values.url?.startsWith(`https://specs.apollo.dev/${name}/`)) return values.as ?? name;
    }
  }
  return name;
}

/** Supergraphs that hide nothing do not know the directive. */
function withInaccessible(document: DocumentNode, name: string): DocumentNode {
  const isKnown = (node: DefinitionNode) => node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === name;
  if (document.definitions.some(isKnown)) return document;
  const [linked, ...definition] = INACCESSIBLE.definitions;
  return {
    ...document,
    definitions: [
      ...document.definitions.map((node) =>
        node.kind === Kind.SCHEMA_DEFINITION
          ? {
              ...node,
              directives: [...(node.directives ?? []), ...((linked as SchemaDefinitionNode).directives ?? [])],
            }
          : node,
      ),
      ...definition,
    ],
  };
}

function invalid(reason: string): AppError {
  return new AppError('GATEWAY_INVALID_CONTRACT', `This contract shows nothing that could be served: ${reason}.`);
}

import type { Schema } from '@apollo/federation-internals';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** What a field requires with arguments, by required field: `weight` -> `weight(unit: "g")`. */
type Demands = ReadonlyMap<string, string>;

/**
 * Splits an operation whose fields require the same field with different arguments, which one plan would fetch once,
 * with the arguments of one of them. The parts are planned on their own; together they ask what the whole asks.
 */
export type SplitByArguments = (document: DocumentNode) => readonly DocumentNode[];

export function createSplitByArguments(fullSchema: Schema, apiSchema: GraphQLSchema): SplitByArguments {
  const demandsByCoordinate = collectDemands(fullSchema);
  if (demandsByCoordinate.size === 0) return (document) => [document];

  const demandsOf = (parent: string, field: string): Demands | undefined => {
    const type = apiSchema.getType(parent);
    const names = isAbstractType(type) ? apiSchema.getPossibleTypes(type).map(({ name }) => name) : [parent];
    for (const name of names) {
      const demands = demandsByCoordinate.get(`${name}.${field}`);
      if (demands) return demands;
    }
    return undefined;
  };

  return (document) => {
    const parts: Map<string, string>[] = [];
    const partByField = new Map<FieldNode, number>();
    const typeInfo = new TypeInfo(apiSchema);
    visit(
      document,
      visitWithTypeInfo(typeInfo, {
        Field(field) {
          const parent = getNamedType(typeInfo.getParentType())?.name ?? '';
          const demands = demandsOf(parent, field.name.value);
          if (demands) partByField.set(field, placeIn(parts, demands));
        },
      }),
    );
    if (parts.length < 2) return [document];
    return parts.map((_, part) => keepPart(document, part, partByField));
  };
}

/** The first part whose demands agree with these, which become its own. */
function placeIn(parts: Map<string, string>[], demands: Demands): number {
  const agrees = (part: Demands) => [...demands].every(([name, text]) => (part.get(name) ?? text) === text);
  let index = parts.findIndex(agrees);
  if (index < 0) index = parts.push(new Map()) - 1;
  for (const [name, text] of demands) parts[index]?.set(name, text);
  return index;
}

/** Part 0 is all but the fields of other parts; another part is its own fields and what leads to them. */
function keepPart(document: DocumentNode, part: number, partByField: ReadonlyMap<FieldNode, number>): DocumentNode {
  return visit(document, {
    Field: {
      enter(field) {
        const own = partByField.get(field) ?? 0;
        if (own === part) return part === 0 ? undefined : false;
        return partByField.has(field) || !field.selectionSet ? null : undefined;
      },
    },
    SelectionSet: {
      leave(node): SelectionSetNode | undefined {
        if (node.selections.length) return undefined;
        return { ...node, selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }] };
      },
    },
  });
}

function collectDemands(schema: Schema): ReadonlyMap<string, Demands> {
  const demands = new Map<string, Demands>();
  for (const application of schema.directive('join__field')?.applications() ?? []) {
    const { requires } = application.arguments() as { requires?: string };
    if (!requires?.includes('(')) continue;
    const found = new Map<string, string>();
    visit(parse(`{${requires}}`, { noLocation: true }), {
      Field(field) {
        const text = print(field);
        if (text.includes('(')) found.set(field.name.value, text);
        return false;
      },
    });
    if (found.size) demands.set((application.parent as { coordinate?: string }).coordinate ?? '', found);
  }
  return demands;
}

import {
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { findDirective, findDirectiveName } from './supergraph.directives.ts';

/** Fields below a field whose length its arguments set: `edges`, or `results { page }` further down. */
export interface SizedFields {
  readonly lists: ReadonlySet<string>;
  readonly below: ReadonlyMap<string, SizedFields>;
}

/** `@listSize` of a field. */
export interface ListSize {
  readonly assumedSize: number | null;
  /** Names of arguments, dotted into input objects. */
  readonly slicingArguments: readonly string[];
  /** Null: the field itself is the list. */
  readonly sizedFields: SizedFields | null;
  readonly requireOneSlicingArgument: boolean;
}

/** `@cost` and `@listSize` of a supergraph. */
export interface CostRules {
  readonly types: ReadonlyMap<string, number>;
  /** Keys: `Type.field`, `Type.field(argument:)`, `Input.field`. */
  readonly fields: ReadonlyMap<string, number>;
  /** Key: `Type.field`. */
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

export function readCostRules(supergraph: DocumentNode): CostRules {
  const costName = findDirectiveName(supergraph, 'cost', 'cost');
  const listSizeName = findDirectiveName(supergraph, 'cost', 'listSize');
  const types = new Map<string, number>();
  const fields = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const note = (costs: Map<string, number>, key: string, node: Parameters<typeof findDirective>[0]): void => {
    const weight = findDirective(node, costName)?.weight;
    if (weight !== undefined) costs.set(key, Number(weight));
  };

  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
    const type = definition.name.value;
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) {
      note(types, type, definition as Parameters<typeof findDirective>[0]);
    }
    const members = 'fields' in definition ? (definition.fields ?? []) : [];
    for (const field of members as readonly (FieldDefinitionNode | InputValueDefinitionNode)[]) {
      const coordinate = `${type}.${field.name.value}`;
      note(fields, coordinate, field);
      if (field.kind !== Kind.FIELD_DEFINITION) continue;
      for (const argument of field.arguments ?? []) note(fields, `${coordinate}(${argument.name.value}:)`, argument);
      const listSize = findDirective(field, listSizeName);
      if (listSize) listSizes.set(coordinate, toListSize(listSize));
    }
  }
  return { types, fields, listSizes };
}

function toListSize({
  assumedSize,
  slicingArguments,
  sizedFields,
  requireOneSlicingArgument,
}: Readonly<Record<string, unknown>>): ListSize {
  const sized = (sizedFields as string[] | null | undefined) ?? [];
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : null,
    slicingArguments: (slicingArguments as string[] | null | undefined) ?? [],
    sizedFields: sized.length > 0 ? parseSizedFields(sized) : null,
    requireOneSlicingArgument: requireOneSlicingArgument !== false,
  };
}

/** @param entries selections, `results { page }`, or as paths, `results.page` */
export function parseSizedFields(entries: readonly string[]): SizedFields {
  const sets = entries.map((entry) => {
    const names = entry.split('.');
    const text = names.join(' { ') + ' }'.repeat(names.length - 1);
    const [operation] = parse(`{ ${text} }`, { noLocation: true }).definitions;
    return (operation as { readonly selectionSet: SelectionSetNode }).selectionSet;
  });
  return toSizedFields(sets);
}

function toSizedFields(sets: readonly SelectionSetNode[]): SizedFields {
  const lists = new Set<string>();
  const below = new Map<string, SelectionSetNode[]>();
  for (const selection of sets.flatMap(({ selections }) => selections)) {
    if (selection.kind !== Kind.FIELD) continue;
    const { name, selectionSet } = selection;
    if (!selectionSet) lists.add(name.value);
    else below.set(name.value, [...(below.get(name.value) ?? []), selectionSet]);
  }
  return { lists, below: new Map([...below].map(([name, inner]) => [name, toSizedFields(inner)])) };
}

import { type DocumentNode, type FieldDefinitionNode, type InputValueDefinitionNode, Kind } from 'graphql';
import { findDirective, findDirectiveName } from './supergraph.directives.ts';

export interface ListSize {
  readonly assumedSize: number | null;
  readonly slicingArguments: readonly string[];
  readonly sizedFields: readonly string[];
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
      if (!listSize) continue;
      listSizes.set(coordinate, {
        assumedSize: typeof listSize.assumedSize === 'number' ? listSize.assumedSize : null,
        slicingArguments: (listSize.slicingArguments as string[] | null | undefined) ?? [],
        sizedFields: (listSize.sizedFields as string[] | null | undefined) ?? [],
      });
    }
  }
  return { types, fields, listSizes };
}

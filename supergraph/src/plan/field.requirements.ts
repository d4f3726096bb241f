import {
  baseType,
  type CompositeType,
  type FieldDefinition,
  parseFieldSetArgument,
  type SelectionSet,
  type Subgraph,
  type Subgraphs,
} from '@apollo/federation-internals';
import type { TypeIndex } from './type.index.ts';

/** A field in the selection of `@requires` or a similar directive, or a fragment of such fields. */
export interface RequiredNode {
  /** Null for a fragment. */
  readonly name: string | null;
  /** The type that the field is selected on. */
  readonly parentType: string;
  /** The field's type without lists, or the fragment's condition. */
  readonly type: string;
  readonly children: readonly RequiredNode[];
}

type FieldSetDirective = Parameters<typeof parseFieldSetArgument>[0]['directive'];

/** The requirements of each subgraph's fields: by subgraph, then by `Type.field`. */
export type FieldRequirements = ReadonlyMap<string, ReadonlyMap<string, readonly RequiredNode[]>>;

/** Reads the subgraphs' `@requires`. They name external fields only. */
export function collectRequirements(subgraphs: Subgraphs): FieldRequirements {
  const requirements = new Map<string, Map<string, RequiredNode[]>>();
  for (const subgraph of subgraphs) {
    const bySubgraph = new Map<string, RequiredNode[]>();
    for (const application of subgraph.metadata().requiresDirective().applications()) {
      const field = application.parent as FieldDefinition<CompositeType>;
      const parentType = field.parent;
      bySubgraph.set(`${parentType.name}.${field.name}`, parseRequired(parentType, application));
    }
    if (bySubgraph.size) requirements.set(subgraph.name, bySubgraph);
  }
  return requirements;
}

/** Reads `@provides`: other subgraphs' fields that a field of this subgraph provides, by `Type.field`. */
export function collectProvided(subgraph: Subgraph): ReadonlyMap<string, readonly RequiredNode[]> {
  const provided = new Map<string, RequiredNode[]>();
  for (const application of subgraph.metadata().providesDirective().applications()) {
    const field = application.parent as FieldDefinition<CompositeType>;
    const parentType = baseType(field.type as never) as CompositeType;
    provided.set(field.coordinate, parseRequired(parentType, application));
  }
  return provided;
}

/** The fields in the subgraphs' keys. */
export function collectKeyFields(subgraphs: Subgraphs): RequiredNode[] {
  const fields: RequiredNode[] = [];
  for (const subgraph of subgraphs) {
    for (const application of subgraph.metadata().keyDirective().applications()) {
      fields.push(...flattenRequired(parseRequired(application.parent as CompositeType, application)));
    }
  }
  return fields;
}

/** All fields of a requirement, with those of nested objects. */
export function flattenRequired(nodes: readonly RequiredNode[]): RequiredNode[] {
  return nodes.flatMap((node) => [...(node.name === null ? [] : [node]), ...flattenRequired(node.children)]);
}

/** Whether an object can have both types. */
export function mayBeSame(first: string, second: string, types: TypeIndex): boolean {
  return types.isOfType(first, second) || types.isOfType(second, first);
}

function parseRequired(parentType: CompositeType, directive: FieldSetDirective): RequiredNode[] {
  return toNodes(parseFieldSetArgument({ parentType, directive, validate: false }));
}

function toNodes(selectionSet: SelectionSet): RequiredNode[] {
  return selectionSet.selections().map((selection): RequiredNode => {
    const children = selection.selectionSet ? toNodes(selection.selectionSet) : [];
    const parentType = selection.parentType.name;
    if (selection.kind === 'FragmentSelection') {
      return { name: null, parentType, type: selection.element.typeCondition?.name ?? parentType, children };
    }
    const { definition } = selection.element;
    return { name: definition.name, parentType, type: baseType(definition.type as never).toString(), children };
  });
}

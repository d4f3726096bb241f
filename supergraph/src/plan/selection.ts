import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { findDeferId } from '../request/defer.directive.ts';

/** The schema and fragments for collecting the fields of a selection. */
export interface SelectionScope {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** The fields of an object, and its deferred fragments. */
export interface CollectedSelection {
  readonly fields: Map<string, FieldNode[]>;
  readonly deferred: readonly DeferredSelection[];
}

interface DeferredSelection {
  readonly id: string;
  readonly selectionSet: SelectionSetNode;
}

/**
 * CollectFields of the specification (6.3.2), for an object of the given type: fields by response key, in order.
 * `@skip` and `@include` must have been applied to the document before. The type is an interface if the object is known only by
 * an `@interfaceObject`.
 */
export function collectFields(
  selectionSets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  scope: SelectionScope,
): Map<string, FieldNode[]> {
  return collect(selectionSets, type, scope, null);
}

/** Like `collectFields`, with deferred fragments returned separately. */
export function collectSelection(
  selectionSets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  scope: SelectionScope,
): CollectedSelection {
  const deferred: DeferredSelection[] = [];
  return { fields: collect(selectionSets, type, scope, deferred), deferred };
}

/** @param deferred receives the deferred fragments; null: their fields are collected like all others */
function collect(
  selectionSets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  scope: SelectionScope,
  deferred: DeferredSelection[] | null,
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const visit = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const same = fields.get(key);
        if (same) same.push(selection);
        else fields.set(key, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (!applies(selection.typeCondition?.name.value, type, scope.schema)) continue;
        const id = deferred ? findDeferId(selection) : undefined;
        if (id === undefined) visit(selection.selectionSet);
        else deferred?.push({ id, selectionSet: selection.selectionSet });
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = scope.fragments.get(selection.name.value);
        if (fragment && applies(fragment.typeCondition.name.value, type, scope.schema)) visit(fragment.selectionSet);
      }
    }
  };
  for (const selectionSet of selectionSets) visit(selectionSet);
  return fields;
}

/** Whether objects of the type meet a fragment's type condition. For an interface, whether all of its objects meet it. */
export function applies(condition: string | undefined, type: GraphQLCompositeType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional: GraphQLNamedType | undefined = schema.getType(condition);
  return (
    isAbstractType(conditional) &&
    (isObjectType(type) || 'getInterfaces' in type) &&
    schema.isSubType(conditional, type)
  );
}

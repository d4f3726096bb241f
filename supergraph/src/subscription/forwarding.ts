import { isEnumType as isFullEnumType, possibleRuntimeTypes, type Schema } from '@apollo/federation-internals';
import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { LoadedSupergraph } from '../pipeline/supergraph.ts';
import { collectFields } from '../plan/selection.ts';
import { collectFragments, findOperation } from '../request/document.ts';

/**
 * The operation whose answer a client may be given as the subgraph wrote it, or null when answers must be shaped: the
 * selection is not the client's own, field by field and in its order, or a value may show what the API schema hides.
 * @param asked the client's document
 * @param planned the planner's for the subgraph; its additional `__typename`s are left out of the result
 */
export function toForwardable(
  asked: DocumentNode,
  planned: DocumentNode,
  name: string | null,
  supergraph: LoadedSupergraph,
): DocumentNode | null {
  const root = supergraph.apiSchema.getSubscriptionType();
  if (!root) return null;
  const withoutTypenames = visit(planned, {
    Field: { leave: ({ name: field }) => (field.value === '__typename' ? null : undefined) },
    SelectionSet: { leave: (set) => (set.selections.length === 0 ? null : undefined) },
  });
  for (const candidate of [planned, withoutTypenames]) {
    if (isSameAnswer(asked, candidate, name, root, supergraph)) return candidate;
  }
  return null;
}

function isSameAnswer(
  asked: DocumentNode,
  planned: DocumentNode,
  name: string | null,
  root: GraphQLCompositeType,
  { apiSchema, fullSchema }: LoadedSupergraph,
): boolean {
  const plannedOperation = planned.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (plannedOperation?.kind !== Kind.OPERATION_DEFINITION) return false;
  const askedScope = { schema: apiSchema, fragments: collectFragments(asked) };
  const plannedScope = { schema: apiSchema, fragments: collectFragments(planned) };

  const isSame = (
    askedSets: readonly SelectionSetNode[],
    plannedSets: readonly SelectionSetNode[],
    type: GraphQLCompositeType,
  ): boolean => {
    if (isAbstractType(type) && !isShownWhole(type.name, apiSchema, fullSchema)) return false;
    const types = isAbstractType(type) ? apiSchema.getPossibleTypes(type) : [type];
    return types.every((objectType) => {
      const askedFields = [...collectFields(askedSets, objectType, askedScope)];
      const plannedFields = [...collectFields(plannedSets, objectType, plannedScope)];
      if (askedFields.length !== plannedFields.length) return false;
      return askedFields.every(([key, nodes], index) => {
        const [plannedKey, plannedNodes] = plannedFields[index] as (typeof plannedFields)[number];
        const fieldName = nodes[0]?.name.value ?? '';
        if (plannedKey !== key || plannedNodes[0]?.name.value !== fieldName) return false;
        if (fieldName === '__typename') return true;
        const field = 'getFields' in objectType ? objectType.getFields()[fieldName] : undefined;
        if (!field) return false;
        const fieldType = getNamedType(field.type);
        if (isCompositeType(fieldType)) return isSame(setsOf(nodes), setsOf(plannedNodes), fieldType);
        return !isEnumType(fieldType) || hasAllValues(fieldType.name, fieldType.getValues().length, fullSchema);
      });
    });
  };
  return isSame([findOperation(asked, name).selectionSet], [plannedOperation.selectionSet], root);
}

function setsOf(nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[]): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}

/** Whether no object type of an interface or union is hidden, and no subgraph knows it as an `@interfaceObject`. */
function isShownWhole(name: string, apiSchema: GraphQLSchema, fullSchema: Schema): boolean {
  const type = fullSchema.type(name);
  if (type?.kind !== 'InterfaceType' && type?.kind !== 'UnionType') return false;
  const joins = type.appliedDirectivesOf('join__type');
  return (
    possibleRuntimeTypes(type).every((objectType) => apiSchema.getType(objectType.name)) &&
    joins.every((join) => !(join.arguments() as { isInterfaceObject?: boolean }).isInterfaceObject)
  );
}

function hasAllValues(name: string, shown: number, fullSchema: Schema): boolean {
  const type = fullSchema.type(name);
  return type !== undefined && isFullEnumType(type) && type.values.length === shown;
}

import type { Schema } from '@apollo/federation-internals';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { collectFragments } from '../request/document.ts';

/**
 * Replaces a fragment on an abstract type by fragments on its object types, if its parent is an interface that some subgraph
 * has as an `@interfaceObject`. The planner finds no path from such an object to an interface or union that the subgraph does
 * not have (https://github.com/apollographql/router/issues/8127).
 */
export type SplitByType = (document: DocumentNode) => DocumentNode;

export function createSplitByType(fullSchema: Schema, schema: GraphQLSchema): SplitByType {
  const interfaceObjects = new Set<string>();
  for (const application of fullSchema.directive('join__type')?.applications() ?? []) {
    const { isInterfaceObject } = application.arguments() as { isInterfaceObject?: boolean };
    if (isInterfaceObject) interfaceObjects.add((application.parent as { name?: string }).name ?? '');
  }
  if (interfaceObjects.size === 0) return (document) => document;

  return (document) => {
    const fragments = collectFragments(document);
    const typeInfo = new TypeInfo(schema);
    return visit(
      document,
      visitWithTypeInfo(typeInfo, {
        SelectionSet(node): SelectionSetNode | undefined {
          const parent = typeInfo.getParentType();
          if (!isAbstractType(parent) || !interfaceObjects.has(parent.name)) return undefined;
          const selections = node.selections.flatMap((selection) => split(selection, parent, schema, fragments));
          return { ...node, selections };
        },
      }),
    );
  };
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function split(
  selection: SelectionNode,
  parent: GraphQLAbstractType,
  schema: GraphQLSchema,
  fragments: Fragments,
): SelectionNode[] {
  const fragment = toInline(selection, fragments);
  const condition = fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value);
  if (!fragment || !isAbstractType(condition) || condition === parent) return [selection];
  return schema
    .getPossibleTypes(parent)
    .filter((type) => schema.isSubType(condition, type))
    .map((type) => narrow(fragment, type, schema, fragments));
}

function toInline(selection: SelectionNode, fragments: Fragments): InlineFragmentNode | null {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  const definition = selection.kind === Kind.FRAGMENT_SPREAD && fragments.get(selection.name.value);
  if (!definition) return null;
  const { typeCondition, selectionSet } = definition;
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, directives: selection.directives };
}

/** The selections of a fragment that apply to objects of one type. */
function narrow(
  fragment: InlineFragmentNode,
  type: GraphQLObjectType,
  schema: GraphQLSchema,
  fragments: Fragments,
): InlineFragmentNode {
  const selections = fragment.selectionSet.selections.flatMap((selection): SelectionNode[] => {
    const inner = toInline(selection, fragments);
    if (!inner) return [selection];
    const condition = inner.typeCondition ? schema.getType(inner.typeCondition.name.value) : type;
    const isMet = condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
    return isMet ? [narrow(inner, type, schema, fragments)] : [];
  });
  if (selections.length === 0) selections.push({ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } });
  return {
    ...fragment,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

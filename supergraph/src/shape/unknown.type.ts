import { doTypesOverlap, type GraphQLCompositeType, isCompositeType, Kind, type SelectionSetNode } from 'graphql';
import { applies } from '../plan/selection.ts';
import { findDeferId } from '../request/defer.directive.ts';
import type { ShapeScope } from './shape.scope.ts';

/**
 * The part of a selection that cannot be answered if only an object's interface is known (`@interfaceObject`): the name of its
 * type, or fragments that only some types of the interface meet. `nothing` if the whole selection can be answered.
 */
export type NeedOfType = 'name' | 'fragments' | 'nothing';

export function findNeedOfType(
  selectionSets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  { schema, fragments }: ShapeScope,
): NeedOfType {
  let need: NeedOfType = 'nothing';
  const visited = new Set<string>();
  const visitFragment = (condition: string | undefined, selectionSet: SelectionSetNode) => {
    const conditional = condition === undefined ? type : schema.getType(condition);
    if (applies(condition, type, schema)) visit(selectionSet);
    else if (need === 'nothing' && isCompositeType(conditional) && doTypesOverlap(schema, type, conditional)) {
      need = 'fragments';
    }
  };
  const visit = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '__typename') need = 'name';
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition, selectionSet } = selection;
        if (findDeferId(selection) === undefined) visitFragment(typeCondition?.name.value, selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) visitFragment(fragment.typeCondition.name.value, fragment.selectionSet);
      }
    }
  };
  for (const selectionSet of selectionSets) visit(selectionSet);
  return need;
}

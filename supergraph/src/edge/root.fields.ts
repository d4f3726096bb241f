import { Kind, type SelectionSetNode } from 'graphql';
import type { ParsedOperation } from '../request/parsed.operation.ts';

/**
 * How often an operation selects one of the root fields, under any alias and in any fragment. `@skip` and `@include`
 * are ignored.
 * @param coordinates as `Mutation.login`
 */
export function countRootFields(
  { operation, fragments, supergraph }: ParsedOperation,
  coordinates: ReadonlySet<string>,
): number {
  const root = supergraph.apiSchema.getRootType(operation.operation)?.name;
  const known = new Map<string, number>();
  const countIn = ({ selections }: SelectionSetNode): number => {
    let count = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) count += coordinates.has(`${root}.${selection.name.value}`) ? 1 : 0;
      else if (selection.kind === Kind.INLINE_FRAGMENT) count += countIn(selection.selectionSet);
      else count += countInFragment(selection.name.value);
    }
    return count;
  };
  const countInFragment = (name: string): number => {
    let count = known.get(name);
    if (count === undefined) {
      const fragment = fragments.get(name);
      count = fragment ? countIn(fragment.selectionSet) : 0;
      known.set(name, count);
    }
    return count;
  };
  return countIn(operation.selectionSet);
}

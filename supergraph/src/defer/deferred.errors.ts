import type { GraphQLFormattedError } from 'graphql';
import type { DeferredFragment } from '../shape/deferred.fragment.ts';

/** @returns the object at a path of an answer; undefined if null propagation removed it */
export function reach(data: unknown, path: readonly (string | number)[]): object | undefined {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return typeof value === 'object' && value !== null ? value : undefined;
}

/**
 * Assigns errors to deferred fragments. A fetch may fetch fields of the current part and of later ones: an error of a field that
 * only a deferred fragment selects is sent with that fragment.
 * @param depth length of the path to `data`
 */
export function moveErrors(
  errors: readonly GraphQLFormattedError[],
  data: unknown,
  fragments: readonly DeferredFragment[],
  depth = 0,
): { kept: GraphQLFormattedError[]; byFragment: Map<DeferredFragment, GraphQLFormattedError[]> } {
  const kept: GraphQLFormattedError[] = [];
  const byFragment = new Map<DeferredFragment, GraphQLFormattedError[]>();
  for (const error of errors) {
    // An error at every item of a list belongs to the fragment on each item.
    const owners = fragments.filter((fragment) => isOnlyOf(fragment, error, data, depth));
    if (owners.length === 0) kept.push(error);
    for (const owner of error.path?.includes('@') ? owners : owners.slice(0, 1)) {
      const own = byFragment.get(owner);
      if (own) own.push(error);
      else byFragment.set(owner, [error]);
    }
  }
  return { kept, byFragment };
}

function isOnlyOf(fragment: DeferredFragment, { path }: GraphQLFormattedError, data: unknown, depth: number): boolean {
  // Paths of refused fields have `... on Type` for a fragment, and `@` for any item of a list.
  const steps = path?.filter((step) => typeof step === 'number' || !step.startsWith('... on ')) ?? [];
  const key = steps[fragment.path.length];
  if (typeof key !== 'string' || !fragment.has(key)) return false;
  const isWithin = fragment.path.every(
    (step, index) => steps[index] === step || (steps[index] === '@' && typeof step === 'number'),
  );
  if (!isWithin) return false;
  return !Object.hasOwn(reach(data, fragment.path.slice(depth)) ?? {}, key);
}

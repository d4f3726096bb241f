import type { GraphQLFormattedError } from 'graphql';
import { toGroupAlias } from './context.operation.ts';

const ENTITIES = '_entities';

/**
 * Converts the answer to a request for several groups of entities into the answer to a request for one list. An error of a
 * whole group becomes an error of each of its entities. An answer of another form is returned unchanged.
 * @param counts the number of requested entities of each group
 */
export function joinGroups(answer: unknown, counts: readonly number[]): unknown {
  if (!isObject(answer)) return answer;
  const { data, errors } = answer;
  const offsets = new Map<string, { readonly from: number; readonly count: number }>();
  let from = 0;
  for (const [group, count] of counts.entries()) {
    offsets.set(toGroupAlias(group), { from, count });
    from += count;
  }
  const joined: unknown[] = [];
  let isWhole = true;
  if (isObject(data)) {
    for (const [alias, { count }] of offsets) {
      const entities = data[alias];
      if (Array.isArray(entities) && entities.length === count) joined.push(...entities);
      else if (entities === null && Array.isArray(errors)) joined.push(...Array.from({ length: count }, () => null));
      else isWhole = false;
    }
  }
  return {
    ...answer,
    ...(isObject(data) && { data: { [ENTITIES]: isWhole ? joined : undefined } }),
    ...(Array.isArray(errors) && { errors: errors.flatMap((error) => joinError(error, offsets)) }),
  };
}

function joinError(
  error: unknown,
  offsets: ReadonlyMap<string, { readonly from: number; readonly count: number }>,
): unknown[] {
  const { path } = isObject(error) ? (error as Partial<GraphQLFormattedError>) : {};
  const group = Array.isArray(path) ? offsets.get(String(path[0])) : undefined;
  if (!isObject(error) || !path || !group) return [error];
  const { from, count } = group;
  if (typeof path[1] === 'number') {
    return path[1] < count
      ? [{ ...error, path: [ENTITIES, from + path[1], ...path.slice(2)] }]
      : [{ ...error, path: [] }];
  }
  return Array.from({ length: count }, (_, index) => ({ ...error, path: [ENTITIES, from + index] }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

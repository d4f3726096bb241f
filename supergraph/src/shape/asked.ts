import {
  type FieldNode,
  type GraphQLCompositeType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  type SelectionSetNode,
} from 'graphql';
import type { JsonObject } from '../plan/merge.ts';
import { collectFields } from './selection.ts';
import type { ShapeScope } from './shape.ts';

/**
 * Whether an error is about something that the client asked of these objects, or that their fields are computed from.
 * Fetches follow paths that do not tell types apart, so that they may bring, and fail to bring, what was asked for
 * objects of another type only.
 */
export function isAsked(
  path: readonly (string | number)[],
  data: JsonObject,
  selectionSet: SelectionSetNode,
  rootType: GraphQLCompositeType,
  scope: ShapeScope,
): boolean {
  let selectionSets: readonly SelectionSetNode[] = [selectionSet];
  let type = rootType;
  let value: unknown = data;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return true;
    if (typeof step === 'number') {
      value = (value as unknown[])[step];
      continue;
    }
    // The paths of refused fields: any element of a list, a fragment that was taken away.
    if (step === '@' || step.startsWith('... on ')) return true;
    const runtimeType = toRuntimeType(type, value as JsonObject, scope);
    const nodes = collectFields(selectionSets, runtimeType, scope).get(step);
    if (!nodes) return scope.isInternal(step);
    const [first] = nodes as [FieldNode];
    const field = 'getFields' in runtimeType ? runtimeType.getFields()[first.name.value] : undefined;
    const fieldType = field && getNamedType(field.type);
    if (!isCompositeType(fieldType)) return true;
    type = fieldType;
    value = (value as JsonObject)[scope.planKey(first)];
    selectionSets = nodes.flatMap((node) => node.selectionSet ?? []);
  }
  return true;
}

function toRuntimeType(type: GraphQLCompositeType, { __typename }: JsonObject, { schema }: ShapeScope) {
  const runtimeType = isAbstractType(type) && typeof __typename === 'string' ? schema.getType(__typename) : type;
  return isCompositeType(runtimeType) ? runtimeType : type;
}

import {
  type FieldNode,
  type GraphQLCompositeType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  type SelectionSetNode,
} from 'graphql';
import type { JsonObject } from '../plan/merge.ts';
import { collectFields } from '../plan/selection.ts';
import type { ShapeScope } from './shape.scope.ts';

type Path = readonly (string | number)[];

/**
 * The path of an error as far as the client asked it of these objects, or null when the error concerns nothing that was
 * asked. Fetches follow paths that do not tell types apart, so that they may bring, and fail to bring, what was asked for
 * objects of another type only. Such a failure counts where it took something along that was asked.
 */
export function toAskedPath(
  path: Path,
  data: JsonObject,
  selectionSet: SelectionSetNode,
  rootType: GraphQLCompositeType,
  scope: ShapeScope,
): Path | null {
  let selectionSets: readonly SelectionSetNode[] = [selectionSet];
  let type = rootType;
  let value: unknown = data;
  for (const [index, step] of path.entries()) {
    if (value === null || typeof value !== 'object') return path;
    if (typeof step === 'number') {
      value = (value as unknown[])[step];
      continue;
    }
    // The paths of refused fields: any element of a list, a fragment that was taken away.
    if (step === '@' || step.startsWith('... on ')) return path;
    const runtimeType = toRuntimeType(type, value as JsonObject, scope);
    const fields = collectFields(selectionSets, runtimeType, scope);
    const nodes = fields.get(step);
    if (!nodes) {
      // Of an object whose type did not come there is no telling what was asked.
      if (scope.isInternal(step) || isAbstractType(runtimeType)) return path;
      return lacksSome(value as JsonObject, fields.values(), scope) ? path.slice(0, index) : null;
    }
    const [first] = nodes as [FieldNode];
    const field = 'getFields' in runtimeType ? runtimeType.getFields()[first.name.value] : undefined;
    const fieldType = field && getNamedType(field.type);
    if (!isCompositeType(fieldType)) return path;
    type = fieldType;
    value = (value as JsonObject)[scope.planKey(first)];
    selectionSets = nodes.flatMap((node) => node.selectionSet ?? []);
  }
  return path;
}

function lacksSome(object: JsonObject, fields: Iterable<readonly FieldNode[]>, { planKey }: ShapeScope): boolean {
  for (const [field] of fields) {
    if (field && field.name.value !== '__typename' && !Object.hasOwn(object, planKey(field))) return true;
  }
  return false;
}

function toRuntimeType(type: GraphQLCompositeType, { __typename }: JsonObject, { schema }: ShapeScope) {
  const runtimeType = isAbstractType(type) && typeof __typename === 'string' ? schema.getType(__typename) : type;
  return isCompositeType(runtimeType) ? runtimeType : type;
}

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
 * Reduces the path of an error to the part that the client selected on these objects. Returns null if the error concerns no
 * selected field. The paths of fetches do not distinguish types: a fetch may request, and fail to get, fields that the client
 * selected only on objects of another type. Such a failure counts if a selected field is missing because of it.
 */
export function toSelectedPath(
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
    // Paths of refused fields have `@` for any element of a list, and `... on Type` for a removed fragment.
    if (step === '@' || step.startsWith('... on ')) return path;
    const runtimeType = toRuntimeType(type, value as JsonObject, scope);
    const fields = collectFields(selectionSets, runtimeType, scope);
    const nodes = fields.get(step);
    if (!nodes) {
      // Without the object's type, it is unknown which fields the client selected on it.
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

import {
  baseType,
  type CompositeType,
  isAbstractType,
  isObjectType,
  possibleRuntimeTypes,
  type Schema,
} from '@apollo/federation-internals';
import { Kind, parse, print, type SelectionSetNode, visit } from 'graphql';

/** Arguments within a field's requirements, and within the requirements of the fields that it requires. */
export interface Demands {
  /** The required field's text by its path, for fields that some requirement has with arguments: `book/Book:weight` -> `weight(unit: "g")`, or `weight` without arguments. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether one field of one object is required with different arguments. A plan has only one key for it, so that no plan exists. */
  readonly isContradictory: boolean;
}

/** Demands by `Type.field`, for the fields that have some. Empty if no requirement has arguments. */
export function collectDemands(schema: Schema): ReadonlyMap<string, Demands> {
  const required = new Map<string, SelectionSetNode[]>();
  const withArguments = new Set<string>();
  for (const application of schema.directive('join__field')?.applications() ?? []) {
    const { requires } = application.arguments() as { requires?: string };
    if (!requires) continue;
    const coordinate = (application.parent as { coordinate?: string }).coordinate ?? '';
    const document = parse(`{${requires}}`, { noLocation: true });
    visit(document, {
      Field({ name, arguments: args }) {
        if (args?.length) withArguments.add(name.value);
      },
      OperationDefinition({ selectionSet }) {
        required.set(coordinate, [...(required.get(coordinate) ?? []), selectionSet]);
      },
    });
  }
  const demands = new Map<string, Demands>();
  if (withArguments.size === 0) return demands;
  const collector = new DemandCollector(schema, required, withArguments);
  for (const coordinate of required.keys()) {
    const byPath = new Map<string, Set<string>>();
    collector.collect(coordinate, '', byPath, new Set());
    if (byPath.size === 0) continue;
    const texts = new Map<string, string>();
    for (const [path, found] of byPath) texts.set(path, [...found].sort().join(' '));
    demands.set(coordinate, { texts, isContradictory: [...byPath.values()].some(({ size }) => size > 1) });
  }
  return demands;
}

class DemandCollector {
  constructor(
    private readonly schema: Schema,
    private readonly required: ReadonlyMap<string, readonly SelectionSetNode[]>,
    private readonly withArguments: ReadonlySet<string>,
  ) {}

  /** @param path keys from the root to the object, each followed by a slash */
  collect(coordinate: string, path: string, byPath: Map<string, Set<string>>, trail: Set<string>): void {
    const here = path + coordinate;
    if (trail.has(here) || trail.has(coordinate)) return;
    trail.add(here).add(coordinate);
    for (const selectionSet of this.required.get(coordinate) ?? []) {
      this.#walk(selectionSet, coordinate.slice(0, coordinate.indexOf('.')), path, byPath, trail);
    }
    trail.delete(coordinate);
  }

  #walk(
    { selections }: SelectionSetNode,
    type: string,
    path: string,
    byPath: Map<string, Set<string>>,
    trail: Set<string>,
  ): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#walk(selection.selectionSet, selection.typeCondition?.name.value ?? type, path, byPath, trail);
        continue;
      }
      const name = selection.name.value;
      if (this.withArguments.has(name)) {
        const text = print({ ...selection, selectionSet: undefined });
        for (const concrete of this.#concreteTypes(type)) {
          const at = `${path}${concrete}:${name}`;
          byPath.set(at, (byPath.get(at) ?? new Set<string>()).add(text));
        }
      }
      for (const owner of this.#relatedTypes(type)) this.collect(`${owner}.${name}`, path, byPath, trail);
      const fieldType = this.#fieldType(type, name);
      if (selection.selectionSet && fieldType) {
        this.#walk(selection.selectionSet, fieldType, `${path}${name}/`, byPath, trail);
      }
    }
  }

  #concreteTypes(name: string): readonly string[] {
    const type = this.schema.type(name);
    return type && isAbstractType(type) ? possibleRuntimeTypes(type).map((member) => member.name) : [name];
  }

  /** Types whose field may resolve a type's field: an interface and its object types resolve each other's fields. */
  #relatedTypes(name: string): readonly string[] {
    const type = this.schema.type(name);
    if (type && isAbstractType(type)) return [name, ...possibleRuntimeTypes(type).map((member) => member.name)];
    return type && isObjectType(type) ? [name, ...type.interfaces().map((itf) => itf.name)] : [name];
  }

  #fieldType(type: string, field: string): string | undefined {
    const parent = this.schema.type(type) as CompositeType | undefined;
    const definition = parent && 'field' in parent ? parent.field(field) : undefined;
    return definition?.type && baseType(definition.type).name;
  }
}

import {
  isAbstractType,
  isInterfaceType,
  isObjectType,
  possibleRuntimeTypes,
  type Schema,
} from '@apollo/federation-internals';

/** Looks up relations of the supergraph's types by name, for the plan executor. */
export interface TypeIndex {
  /** Whether a value whose `__typename` is `typename` meets the type condition `condition`. */
  isOfType(typename: string, condition: string): boolean;
  /** Whether the type is abstract. A subgraph with an `@interfaceObject` returns an interface's name as `__typename`. */
  isAbstract(typename: string): boolean;
}

export function createTypeIndex(schema: Schema): TypeIndex {
  const membersByAbstract = new Map<string, ReadonlySet<string>>();
  const abstracts = new Set<string>();
  for (const type of schema.types()) {
    if (!isAbstractType(type)) continue;
    abstracts.add(type.name);
    const members = new Set(possibleRuntimeTypes(type).map(({ name }) => name));
    if (isInterfaceType(type)) {
      for (const other of type.allImplementations()) if (!isObjectType(other)) members.add(other.name);
    }
    membersByAbstract.set(type.name, members);
  }
  return {
    isOfType: (typename, condition) =>
      typename === condition || membersByAbstract.get(condition)?.has(typename) === true,
    isAbstract: (typename) => abstracts.has(typename),
  };
}

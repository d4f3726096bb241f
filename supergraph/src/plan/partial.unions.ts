import { isAbstractType, possibleRuntimeTypes, type Schema, type Subgraphs } from '@apollo/federation-internals';
import graphPath from '@apollo/query-graphs/dist/graphPath.js';

const { advanceSimultaneousPathsWithOperation: advance } = graphPath;
let keepsFragments = false;

/**
 * Where several subgraphs could answer a field of an abstract type, and one of them does not know a type that a fragment
 * asks for, the planner drops the fragment for all of them: that type's objects would come without their fields. A
 * subgraph that has nothing to say of a fragment is no answer to it here when it would be asked by way of a key, or when
 * another one knows all types that it knows and the fragment's as well. Otherwise the subgraph that has the field at hand
 * decides: of the types that only others know it has no objects, and theirs are not the same.
 */
graphPath.advanceSimultaneousPathsWithOperation = (schema, paths, operation, overrides) => {
  const options = advance(schema, paths, operation, overrides);
  if (!keepsFragments || options?.length !== 0 || operation.kind !== 'FragmentElement') return options;
  const condition = operation.typeCondition?.name;
  const isAnswer = paths.paths.every(
    (path) =>
      ![...path].some(([edge]) => edge?.transition.kind === 'KeyResolution') &&
      (condition === undefined ||
        !isKnownElsewhere(condition, path.tail.type.name, path.tail.source, path.graph.sources)),
  );
  return isAnswer ? options : undefined;
};

/** Whether a subgraph has all types of an abstract type that the given one has, and some that a fragment is on. */
function isKnownElsewhere(
  condition: string,
  abstract: string,
  source: string,
  sources: ReadonlyMap<string, Schema>,
): boolean {
  const known = namePossible(sources.get(source), abstract);
  return [...sources].some(([other, schema]) => {
    if (other === source) return false;
    const possible = namePossible(schema, abstract);
    const asked = namePossible(schema, condition);
    return (
      [...known].every((name) => possible.has(name)) &&
      [...asked].some((name) => possible.has(name) && !known.has(name))
    );
  });
}

/** Names of the object types that a type may be in a subgraph. */
function namePossible(schema: Schema | undefined, name: string): ReadonlySet<string> {
  const type = schema?.type(name);
  if (!type) return new Set();
  return new Set(isAbstractType(type) ? possibleRuntimeTypes(type).map((member) => member.name) : [name]);
}

/**
 * Plans with fragments kept. Where no subgraph has anything to say of one, the planner finds no plan, and plans again as it
 * does by itself: the fragment is dropped.
 */
export function planWithFragmentsKept<Plan>(plan: () => Plan): Plan {
  keepsFragments = true;
  try {
    return plan();
  } catch {
    // Planning again without the fragments either finds a plan or throws the same error.
    keepsFragments = false;
    return plan();
  } finally {
    keepsFragments = false;
  }
}

/** Whether a union or an interface has different types in different subgraphs. */
export function hasPartialUnions(supergraph: Schema, subgraphs: Subgraphs): boolean {
  return supergraph.types().some(({ name }) => {
    const members = new Set<string>();
    for (const subgraph of subgraphs) {
      const type = subgraph.schema.type(name);
      if (type && isAbstractType(type)) {
        members.add(
          possibleRuntimeTypes(type)
            .map((member) => member.name)
            .sort()
            .join(),
        );
      }
    }
    return members.size > 1;
  });
}

import { isAbstractType, possibleRuntimeTypes, type Schema, type Subgraphs } from '@apollo/federation-internals';
import graphPath from '@apollo/query-graphs/dist/graphPath.js';

const { advanceSimultaneousPathsWithOperation: advance } = graphPath;
let keepsFragments = false;

/**
 * Several subgraphs may resolve a field of an abstract type. If one of them does not have the type of a fragment, the planner
 * drops the fragment for all of them, and objects of that type would come without their fields.
 *
 * Here, a subgraph without the fragment's type is not an option for the fragment in two cases: if it would be entered by a key, or
 * if another subgraph has all of its types and the fragment's as well. Otherwise the subgraph that already has the field
 * decides: it has no objects of types that only other subgraphs have.
 */
graphPath.advanceSimultaneousPathsWithOperation = (schema, paths, operation, overrides) => {
  const options = advance(schema, paths, operation, overrides);
  if (!keepsFragments || options?.length !== 0 || operation.kind !== 'FragmentElement') return options;
  const condition = operation.typeCondition?.name;
  const isOption = paths.paths.every(
    (path) =>
      ![...path].some(([edge]) => edge?.transition.kind === 'KeyResolution') &&
      (condition === undefined ||
        !isKnownElsewhere(condition, path.tail.type.name, path.tail.source, path.graph.sources)),
  );
  return isOption ? options : undefined;
};

/** Whether another subgraph has all object types that the given one has of an abstract type, and some of a fragment's too. */
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
    const fragmentTypes = namePossible(schema, condition);
    return (
      [...known].every((name) => possible.has(name)) &&
      [...fragmentTypes].some((name) => possible.has(name) && !known.has(name))
    );
  });
}

/** Names of a type's possible object types in a subgraph. */
function namePossible(schema: Schema | undefined, name: string): ReadonlySet<string> {
  const type = schema?.type(name);
  if (!type) return new Set();
  return new Set(isAbstractType(type) ? possibleRuntimeTypes(type).map((member) => member.name) : [name]);
}

/**
 * Plans without dropping fragments. If no subgraph has any type of a fragment, this finds no plan, and the operation is planned
 * again in the planner's own way, which drops the fragment.
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

import { isAbstractType, possibleRuntimeTypes, type Schema, type Subgraphs } from '@apollo/federation-internals';
import graphPath from '@apollo/query-graphs/dist/graphPath.js';

const { advanceSimultaneousPathsWithOperation: advance } = graphPath;
let keepsFragments = false;

/**
 * Where several subgraphs could answer a field of an abstract type, and one of them does not know a type that a fragment
 * asks for, the planner drops the fragment for all of them: that type's objects would come without their fields. A
 * subgraph that has nothing to say of a fragment is no answer to it here, so that those that know the type are asked.
 */
graphPath.advanceSimultaneousPathsWithOperation = (schema, paths, operation, overrides) => {
  const options = advance(schema, paths, operation, overrides);
  return keepsFragments && options?.length === 0 && operation.kind === 'FragmentElement' ? undefined : options;
};

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

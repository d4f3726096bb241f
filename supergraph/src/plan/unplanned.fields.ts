import { isAbstractType, possibleRuntimeTypes, type Schema, type Subgraphs } from '@apollo/federation-internals';
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { collectFragments, findOperation } from '../request/document.ts';
import type { PlanStep } from './execution.ts';
import { PlanTrace } from './plan.trace.ts';
import type { TypeIndex } from './type.index.ts';

type Plan = ConstructorParameters<typeof PlanTrace>[0];

/**
 * Whether a subgraph has an interface that none of its types implements. If that subgraph would have to return the object's
 * type, the planner omits the selections on such an object and the fields around them.
 */
export function hasUnimplementedInterfaces(supergraph: Schema, subgraphs: Subgraphs): boolean {
  return supergraph.types().some(({ name }) =>
    [...subgraphs].some((subgraph) => {
      const type = subgraph.schema.type(name);
      return type && isAbstractType(type) && possibleRuntimeTypes(type).length === 0;
    }),
  );
}

/** Keys of the operation's root fields, apart from `__typename` and introspection. */
export function collectRootKeys(document: DocumentNode, name: string | null): ReadonlySet<string> {
  const fragments = collectFragments(document);
  const keys = new Set<string>();
  const visit = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (fragment) visit(fragment.selectionSet);
      } else if (!selection.name.value.startsWith('__')) {
        keys.add((selection.alias ?? selection.name).value);
      }
    }
  };
  visit(findOperation(document, name).selectionSet);
  return keys;
}

/**
 * Runs plans, and reports the root fields that no fetch of the plans selects.
 * @param rootKeys keys of the operation's root fields
 */
export function reportUnplanned(
  run: PlanStep,
  plans: readonly Plan[],
  rootKeys: ReadonlySet<string>,
  { types }: { readonly types: TypeIndex },
): PlanStep {
  const unplanned = new Set(rootKeys);
  if (rootKeys.size > 0)
    for (const plan of plans) for (const key of new PlanTrace(plan, types).rootKeys()) unplanned.delete(key);
  if (unplanned.size === 0) return run;
  return async (execution) => {
    await run(execution);
    for (const key of unplanned) {
      execution.errors.push({
        message: 'No plan over the subgraphs was found for this field.',
        path: [key],
        extensions: { code: 'QUERY_PLANNING_FAILED' },
      });
    }
  };
}

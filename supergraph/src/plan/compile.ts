import type { ConditionNode, PlanNode } from '@apollo/query-planner';
import type { Execution, PlanStep } from './execution.ts';
import { compileFetch } from './fetch.ts';
import type { PlanPath } from './path.ts';
import type { TypeIndex } from './type.index.ts';

/**
 * Compiles a query plan node into a function that runs it. Everything that depends on the plan only (request texts,
 * representation builders, rewrites) is computed here, once for each operation.
 * @param path to the entities of the node's fetches
 */
export function compilePlan(node: PlanNode, types: TypeIndex, path: PlanPath = []): PlanStep {
  switch (node.kind) {
    case 'Fetch':
      return reportFetched(compileFetch(node, path, types), node.id);
    case 'Flatten':
      return compilePlan(node.node, types, [...path, ...node.path]);
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compilePlan(child, types, path)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compilePlan(child, types, path)));
    case 'Condition':
      return onCondition(node, types, path);
    case 'Defer':
      throw new Error('A Defer node can only be the root of a plan or of a deferred block.');
  }
}

/** A fetch has an id only if a deferred block depends on it. */
function reportFetched(step: PlanStep, id: string | undefined): PlanStep {
  if (id === undefined) return step;
  return async (execution) => {
    await step(execution);
    execution.onFetched?.(id);
  };
}

function inSequence(steps: readonly PlanStep[]): PlanStep {
  return async (execution) => {
    for (const step of steps) await step(execution);
  };
}

function inParallel(steps: readonly PlanStep[]): PlanStep {
  return async (execution) => {
    await Promise.all(steps.map((step) => step(execution)));
  };
}

async function doNothing(): Promise<void> {}

function onCondition({ condition, ifClause, elseClause }: ConditionNode, types: TypeIndex, path: PlanPath): PlanStep {
  const whenTrue = ifClause ? compilePlan(ifClause, types, path) : doNothing;
  const whenFalse = elseClause ? compilePlan(elseClause, types, path) : doNothing;
  return (execution: Execution) => (execution.conditions[condition] === true ? whenTrue : whenFalse)(execution);
}

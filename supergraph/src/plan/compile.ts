import type { ConditionNode, PlanNode } from '@apollo/query-planner';
import type { Execution, PlanStep } from './execution.ts';
import { compileFetch } from './fetch.ts';
import type { PlanPath } from './path.ts';
import type { TypeIndex } from './type.index.ts';

/**
 * Turns a query plan node into a function that runs it. Whatever depends on the plan alone (request texts,
 * representation builders, rewrites) is worked out here, once for each operation.
 * @param path where the node's fetches find their entities
 */
export function compilePlan(node: PlanNode, types: TypeIndex, path: PlanPath = []): PlanStep {
  switch (node.kind) {
    case 'Fetch':
      return announce(compileFetch(node, path, types), node.id);
    case 'Flatten':
      return compilePlan(node.node, types, [...path, ...node.path]);
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compilePlan(child, types, path)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compilePlan(child, types, path)));
    case 'Condition':
      return onCondition(node, types, path);
    case 'Defer':
      throw new Error('A deferred plan node can only be the root of a plan, or of a block that is deferred.');
  }
}

/** Only fetches that something deferred depends on have an id. */
function announce(step: PlanStep, id: string | undefined): PlanStep {
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

async function nothing(): Promise<void> {}

function onCondition({ condition, ifClause, elseClause }: ConditionNode, types: TypeIndex, path: PlanPath): PlanStep {
  const whenTrue = ifClause ? compilePlan(ifClause, types, path) : nothing;
  const whenFalse = elseClause ? compilePlan(elseClause, types, path) : nothing;
  return (execution: Execution) => (execution.conditions[condition] === true ? whenTrue : whenFalse)(execution);
}

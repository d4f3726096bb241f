import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner';

/** All fetches of a plan, in the plan's order. */
export function* fetchesOf(node: PlanNode | SubscriptionNode | undefined): Generator<FetchNode> {
  switch (node?.kind) {
    case 'Fetch':
      yield node;
      return;
    case 'Flatten':
      yield* fetchesOf(node.node);
      return;
    case 'Sequence':
    case 'Parallel':
      for (const child of node.nodes) yield* fetchesOf(child);
      return;
    case 'Condition':
      yield* fetchesOf(node.ifClause);
      yield* fetchesOf(node.elseClause);
      return;
    case 'Subscription':
      yield* fetchesOf(node.primary);
      yield* fetchesOf(node.rest);
      return;
    case 'Defer':
      yield* fetchesOf(node.primary.node);
      for (const block of node.deferred) yield* fetchesOf(block.node);
  }
}

import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { parse } from 'graphql';
import { collectFragments, findOperation } from '../request/document.ts';
import type { CostedOperation, CostModel, EstimateOptions } from './demand.cost.ts';

/** Costs by subgraph. */
export type CostBySubgraph = ReadonlyMap<string, number>;

export type Plan = PlanNode | SubscriptionNode;

const parsed = new WeakMap<FetchNode, CostedOperation>();

/**
 * Costs of the fetches of plans, with entity fetches and the fields that `@requires` adds: for each subgraph the sum
 * over its fetches. For a subscription only the fetch that opens it counts.
 * @throws GraphQLError `COST_QUERY_PARSE_FAILURE`
 */
export function estimatePlans(
  plans: readonly Plan[],
  variables: Readonly<Record<string, unknown>>,
  model: CostModel,
  optionsOf: (subgraph: string) => EstimateOptions,
): CostBySubgraph {
  const costs = new Map<string, number>();
  for (const fetch of plans.flatMap(collectFetches)) {
    const { serviceName: subgraph } = fetch;
    const cost = model.estimate(toOperation(fetch), variables, optionsOf(subgraph));
    costs.set(subgraph, (costs.get(subgraph) ?? 0) + cost);
  }
  return costs;
}

export function total(costs: CostBySubgraph): number {
  return [...costs.values()].reduce((sum, cost) => sum + cost, 0);
}

export function parseFetch(query: string): CostedOperation {
  const document = parse(query, { noLocation: true });
  return { operation: findOperation(document, null), fragments: collectFragments(document) };
}

function toOperation(fetch: FetchNode): CostedOperation {
  let operation = parsed.get(fetch);
  if (!operation) {
    operation = parseFetch(fetch.operation);
    parsed.set(fetch, operation);
  }
  return operation;
}

function collectFetches(plan: Plan | undefined): FetchNode[] {
  switch (plan?.kind) {
    case undefined:
      return [];
    case 'Fetch':
      return [plan];
    case 'Flatten':
      return collectFetches(plan.node);
    case 'Sequence':
    case 'Parallel':
      return plan.nodes.flatMap(collectFetches);
    case 'Subscription':
      return [plan.primary];
    case 'Condition':
      return [...collectFetches(plan.ifClause), ...collectFetches(plan.elseClause)];
    case 'Defer':
      return [plan.primary.node, ...plan.deferred.map(({ node }) => node)].flatMap(collectFetches);
  }
}

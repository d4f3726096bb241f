import { FieldDefinition, InterfaceType, type Subgraphs, type Supergraph } from '@apollo/federation-internals';
import { type FetchNode, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { planWithCarefulMerging } from './careful.merging.ts';
import { collectKeyFields, collectRequirements, type RequiredNode } from './field.requirements.ts';
import { fetchesOf } from './plan.fetches.ts';
import { createRequirementCheck } from './requirement.check.ts';
import { type RequirementRanks, rankRequirements } from './requirement.ranks.ts';
import { splitByRank } from './requirement.subgraphs.ts';
import type { TypeIndex } from './type.index.ts';

/** Plans an operation with a given planner. Throws if there is no plan. */
type Build = (planner: QueryPlanner) => QueryPlan;

/**
 * Plans an operation so that no field is fetched before the fields that it requires.
 * @throws Error if no such plan is found
 */
export type PlanWithRequirements = (build: Build) => QueryPlan;

/**
 * Most plans that the planner compares for the split supergraph, which has more paths to a field. With the planner's default of
 * 10,000, a nested query took seconds and saved no fetch.
 */
const MAX_EVALUATED_PLANS = 10;

/**
 * If required fields have requirements themselves, Apollo's planner may fetch a field too early. For such supergraphs, each plan
 * is checked. An operation whose plan is wrong is planned again over a supergraph that is split so that the planner cannot
 * make this mistake. For other supergraphs, the planner's plans are used unchecked.
 */
export function createRequirementPlanner(
  supergraph: Supergraph,
  planner: QueryPlanner,
  types: TypeIndex,
  config: ConstructorParameters<typeof QueryPlanner>[1],
): PlanWithRequirements {
  const subgraphs = supergraph.subgraphs();
  const requirements = collectRequirements(subgraphs);
  const keyFields = collectKeyFields(subgraphs);
  const ranks = rankRequirements(requirements, keyFields, types);
  if (!isPlannerAtRisk(subgraphs, ranks, keyFields)) return (build) => build(planner);
  const findPremature = createRequirementCheck(requirements, subgraphs, supergraph.schema, types);
  let split: { readonly planner: QueryPlanner; readonly realNames: ReadonlyMap<string, string> } | undefined;
  return (build) => {
    const first = attempt(() => build(planner));
    if ('plan' in first && !(first.plan.node && findPremature(first.plan.node))) return first.plan;
    if ('error' in first && isTooMuch(first.error)) throw first.error;
    if (!split) {
      const { supergraph: parts, realNames } = splitByRank(supergraph, ranks);
      const debug = { ...config?.debug, maxEvaluatedPlans: MAX_EVALUATED_PLANS };
      split = { planner: new QueryPlanner(parts, { ...config, debug }), realNames };
    }
    const { planner: careful, realNames } = split;
    const plan = planWithCarefulMerging(() => build(careful));
    if (!plan.node) return plan;
    for (const fetch of fetchesOf(plan.node)) giveRealName(fetch, realNames);
    const premature = findPremature(plan.node);
    if (premature) throw new Error(`No plan was found that fetches ${premature} after the fields that it requires.`);
    return plan;
  };
}

/** Whether an error is the planner's for an operation with more possible plans than the configuration allows. */
export function isTooMuch(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Too many options');
}

type Attempt = { readonly plan: QueryPlan } | { readonly error: unknown };

function attempt(build: () => QueryPlan): Attempt {
  try {
    return { plan: build() };
  } catch (error) {
    return { error };
  }
}

/**
 * Whether the planner may fetch a field too early. This needs one of three: a field with requirements that requires another
 * such field; a subgraph with an external field that is part of a key; or a subgraph with requirements that is entered by
 * the key of an interface.
 */
function isPlannerAtRisk(subgraphs: Subgraphs, ranks: RequirementRanks, keyFields: readonly RequiredNode[]): boolean {
  if (ranks.size === 0) return false;
  for (const bySubgraph of ranks.values()) for (const rank of bySubgraph.values()) if (rank > 1) return true;
  const keyNames = new Set(keyFields.map(({ name }) => name));
  return [...subgraphs].some((subgraph) => {
    const metadata = subgraph.metadata();
    const hasExternalKey = [...metadata.externalDirective().applications()].some(
      ({ parent }) =>
        parent instanceof FieldDefinition && keyNames.has(parent.name) && metadata.isFieldExternal(parent),
    );
    const keys = [...metadata.keyDirective().applications()];
    return hasExternalKey || (ranks.has(subgraph.name) && keys.some(({ parent }) => parent instanceof InterfaceType));
  });
}

/** Restores the subgraph's name in a fetch and in its operation's name. The planner derives the latter from the subgraph's name. */
function giveRealName(node: FetchNode, realNames: ReadonlyMap<string, string>): void {
  const realName = realNames.get(node.serviceName);
  if (realName === undefined) return;
  const { operationName, serviceName } = node;
  node.serviceName = realName;
  if (!operationName) return;
  const mark = toNamePart(serviceName.slice(realName.length));
  const at = operationName.lastIndexOf(mark);
  if (at < 0) return;
  node.operationName = operationName.slice(0, at) + operationName.slice(at + mark.length);
  node.operation = node.operation.replace(operationName, node.operationName);
}

function toNamePart(subgraph: string): string {
  return subgraph.replaceAll('-', '_').replaceAll(/\W/g, '');
}

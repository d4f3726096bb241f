import { FieldDefinition, InterfaceType, type Subgraphs, type Supergraph } from '@apollo/federation-internals';
import { type FetchNode, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { planWithCarefulMerging } from './careful.merging.ts';
import { collectKeyFields, collectRequirements, type RequiredNode } from './field.requirements.ts';
import { fetchesOf } from './plan.fetches.ts';
import { createRequirementCheck } from './requirement.check.ts';
import { type RequirementRanks, rankRequirements } from './requirement.ranks.ts';
import { splitByRank } from './requirement.subgraphs.ts';
import type { TypeIndex } from './type.index.ts';

/** Plans an operation with a given planner. Throws where there is no plan. */
type Build = (planner: QueryPlanner) => QueryPlan;

/**
 * Plans an operation so that nothing is asked before what it requires is known.
 * @throws Error where no such plan is found
 */
export type PlanWithRequirements = (build: Build) => QueryPlan;

/**
 * Plans that are compared for the split supergraph, which has more ways to one field. With the planner's own 10,000 a nested
 * query took seconds, and made no fetch less.
 */
const MAX_EVALUATED_PLANS = 10;

/**
 * Where fields require others that are not at hand either, Apollo's planner may ask for one too early. Each of its plans is
 * therefore checked, and an operation whose plan is wrong is planned over a supergraph that is split so that it cannot be.
 * Other supergraphs have plans as the planner makes them.
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
  const findEarly = createRequirementCheck(requirements, subgraphs, supergraph.schema, types);
  let split: { readonly planner: QueryPlanner; readonly realNames: ReadonlyMap<string, string> } | undefined;
  return (build) => {
    const first = attempt(() => build(planner));
    if ('plan' in first && !(first.plan.node && findEarly(first.plan.node))) return first.plan;
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
    const early = findEarly(plan.node);
    if (early) throw new Error(`Every plan that was found asks for ${early} too early.`);
    return plan;
  };
}

/** The planner's own error for an operation that can be planned in more ways than the configuration allows. */
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
 * Whether a field that has requirements requires another such field; or a subgraph names as external what a key is made
 * of; or an object is asked for by the key of its interface, where its own fields have requirements.
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

/** The planner names operations after their subgraphs, without the characters that GraphQL does not allow. */
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

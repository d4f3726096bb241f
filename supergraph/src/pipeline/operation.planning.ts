import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { dropRepeatedTypes, hasDefer } from '../defer/defer.document.ts';
import { compileInParts, type PlanInParts } from '../defer/defer.plan.ts';
import { unmarkLiterals } from '../plan/exact.literals.ts';
import { orderMutation, splitMutation } from '../plan/mutation.order.ts';
import { planWithFragmentsKept } from '../plan/partial.unions.ts';
import { isTooMuch } from '../plan/requirement.planner.ts';
import { collectRootKeys } from '../plan/unplanned.fields.ts';
import { findOperation, keepUsed } from '../request/document.ts';
import { RefusedRequestError, refusal } from '../request/refusal.ts';
import type { StoredPlans } from './plan.store.ts';
import type { LoadedSupergraph } from './supergraph.ts';

export type Plan = NonNullable<QueryPlan['node']>;

export interface PlanningScope {
  readonly supergraph: LoadedSupergraph;
  readonly name: string | null;
  readonly overrides: ReadonlySet<string> | undefined;
}

const REQUIRED_ARGUMENTS_CONFLICT =
  'Fields of this operation are computed from one field with different arguments. Only a query can ask for them together: ask for one here, and for the others by a query.';

export function planAll(document: DocumentNode | null, { supergraph, name, overrides }: PlanningScope): Plan[] {
  if (!document || findOperation(document, name).selectionSet.selections.length === 0) return [];
  // What is not asked must not decide on what is: a plan is made for the operation and its fragments alone.
  const split = supergraph.splitByType(keepUsed(document, name));
  const toPlan = hasDefer(split) ? dropRepeatedTypes(split, supergraph.apiSchema) : split;
  return createPlans(supergraph, supergraph.responseKeys.rename(toPlan), name, overrides);
}

/**
 * Null for what is answered in one piece all the same, which `@defer` allows: what takes several plans, whose data is
 * merged when all is there, and what the planner cannot defer (some `@requires` within fragments that are deferred).
 */
export function planInParts(
  document: DocumentNode | null,
  scope: PlanningScope,
  known: StoredPlans | null,
): { readonly plans: Plan[]; readonly compiled: PlanInParts } | null {
  if (known && !known.isInParts) return null;
  try {
    const plans = known ? [...known.plans] : planAll(document, scope);
    return plans.length < 2
      ? { plans, compiled: compileInParts(plans[0] as PlanNode | undefined, scope.supergraph.types) }
      : null;
  } catch {
    // The operation is planned as a whole next, which reports what is wrong with it.
    return null;
  }
}

function createPlans(
  supergraph: LoadedSupergraph,
  document: DocumentNode,
  name: string | null,
  overrides: ReadonlySet<string> | undefined,
): Plan[] {
  const { operation } = findOperation(document, name);
  const planOf = (part: DocumentNode) => createPlan(supergraph, part, name, overrides);
  const nodesOf = (parts: readonly DocumentNode[]) => parts.flatMap((part) => planOf(part).node ?? []);
  const byArguments = supergraph.splitByArguments(document);
  if (operation === 'query') return nodesOf(byArguments);
  // What must run once cannot be asked in parts.
  if (byArguments.length > 1) throw refusal('REQUIRED_ARGUMENTS_CONFLICT', REQUIRED_ARGUMENTS_CONFLICT);
  const ordered = operation === 'mutation' ? orderMutation(document, name, supergraph.apiSchema) : document;
  const plan = planOf(ordered);
  const parts = operation === 'mutation' ? splitMutation(ordered, name, plan) : [ordered];
  if (parts.length > 1) return nodesOf(parts);
  return plan.node ? [plan.node] : [];
}

function createPlan(
  supergraph: LoadedSupergraph,
  document: DocumentNode,
  name: string | null,
  overrides: ReadonlySet<string> | undefined,
): QueryPlan {
  try {
    const operation = operationFromDocument(supergraph.planningSchema, document, {
      operationName: name ?? undefined,
      validate: false,
    });
    const overrideConditions = new Map(
      supergraph.overrideLabels.map((label) => [label, overrides?.has(label) === true]),
    );
    const planned = supergraph.planWithRequirements((planner) => {
      const plan = () => planner.buildQueryPlan(operation, { overrideConditions });
      return supergraph.hasPartialUnions ? planWithFragmentsKept(plan) : plan();
    });
    if (!planned.node && collectRootKeys(document, name).size)
      throw new Error('The plan asks no subgraph for anything.');
    unmarkLiterals(planned);
    return planned;
  } catch (cause) {
    throw unplannable(cause);
  }
}

/** The planner's own words name types that clients must not know of: the log has them. */
function unplannable(cause: unknown): RefusedRequestError {
  const error = isTooMuch(cause)
    ? {
        message:
          'This operation can be planned in too many ways. Ask for less at once: fewer levels, or fewer fragments on them.',
        extensions: { code: 'QUERY_PLANNING_LIMIT' },
      }
    : {
        message: 'No plan over the subgraphs was found for this operation.',
        extensions: { code: 'QUERY_PLANNING_FAILED' },
      };
  return new RefusedRequestError([error], { cause });
}

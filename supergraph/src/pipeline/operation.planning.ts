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

/** What an operation is planned over. */
export interface PlanningScope {
  readonly supergraph: LoadedSupergraph;
  readonly name: string | null;
  readonly overrides: ReadonlySet<string> | undefined;
}

const REQUIRED_ARGUMENTS_CONFLICT =
  'Fields of this operation require one field with different arguments (@requires). Only a query can select them ' +
  'together: select one of them here, and the others in a query.';

/** The plans of an operation: one, unless its fields cannot share one. @throws RefusedRequestError */
export function planAll(document: DocumentNode | null, { supergraph, name, overrides }: PlanningScope): Plan[] {
  if (!document || findOperation(document, name).selectionSet.selections.length === 0) return [];
  // The planner gets the operation and its fragments alone: the rest of the document must not influence the plan.
  const split = supergraph.splitByType(keepUsed(document, name));
  const toPlan = hasDefer(split) ? dropRepeatedTypes(split, supergraph.apiSchema) : split;
  return createPlans(supergraph, supergraph.responseKeys.rename(toPlan), name, overrides);
}

/**
 * Plans an operation with `@defer` for an answer in parts. Null when it is answered in one piece instead, which `@defer`
 * allows: when it takes several plans, because their data is merged at the end, and when the planner cannot defer it
 * (some `@requires` within deferred fragments).
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
  // A mutation or a subscription must run once, so its fields cannot be spread over several plans.
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
    if (!planned.node && collectRootKeys(document, name).size) throw new Error('The plan has no fetch.');
    unmarkLiterals(planned);
    return planned;
  } catch (cause) {
    throw unplannable(cause);
  }
}

/** The planner's message goes to the log only, because it names types that are hidden from clients. */
function unplannable(cause: unknown): RefusedRequestError {
  const error = isTooMuch(cause)
    ? {
        message:
          'This operation has too many possible query plans. Select fewer levels at once, or fewer fragments on them.',
        extensions: { code: 'QUERY_PLANNING_LIMIT' },
      }
    : {
        message: 'No plan over the subgraphs was found for this operation.',
        extensions: { code: 'QUERY_PLANNING_FAILED' },
      };
  return new RefusedRequestError([error], { cause });
}

import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { hasDefer, removeDefer } from '../defer/defer.document.ts';
import { compileInParts, type DeferredBlock, type PlanInParts } from '../defer/defer.plan.ts';
import { compilePlan } from '../plan/compile.ts';
import type { Execution, PlanStep } from '../plan/execution.ts';
import { findRepeatedFetches } from '../plan/fetched.entities.ts';
import { mergeInto } from '../plan/merge.ts';
import { orderMutation, runInOrder, splitMutation } from '../plan/mutation.order.ts';
import { planWithFragmentsKept } from '../plan/partial.unions.ts';
import type { TypeIndex } from '../plan/type.index.ts';
import { applyConditions, type Conditions } from '../request/conditions.ts';
import { collectFragments, findOperation } from '../request/document.ts';
import type { OperationType } from '../request/message.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { RefusedRequestError, refusal } from '../request/refusal.ts';
import { type ByteShape, compileByteShape } from '../shape/byte.shape.ts';
import { compileShape, type Shape } from '../shape/shape.ts';
import type { StoredPlans } from './plan.store.ts';
import type { LoadedSupergraph } from './supergraph.ts';

type Plan = NonNullable<QueryPlan['node']>;

/**
 * An operation with `@skip` and `@include` applied. Each set of conditions has a plan of its own: it fetches what is
 * asked and no more, and nothing is left to decide while it runs.
 */
export interface OperationVariant {
  /** Null when nothing has to be fetched: `{ __typename }`, introspection, all fields refused. */
  readonly plan: PlanNode | SubscriptionNode | null;
  /** All of them, where what is asked cannot be fetched by one. */
  readonly plans: readonly (PlanNode | SubscriptionNode)[];
  /** The compiled plan of a query or mutation. */
  readonly run: PlanStep | null;
  readonly shape: Shape;
  /** Recognizes answers of a plan's only fetch that need not be parsed; null for other plans. */
  readonly isFinished: ByteShape | null;
  /** Keys of the fetches whose entities are kept for others of the same query. */
  readonly repeatedFetches: ReadonlySet<string> | null;
  /** What comes after the first part of the answer, when it comes in parts: then `run` and `shape` are of the first. */
  readonly deferred: readonly DeferredBlock[] | null;
  /** What it was compiled from. */
  readonly stored: StoredPlans;
}

/**
 * @param allowed what of the document the viewer may ask
 * @param overrides labels of progressive overrides that are on
 * @param known plans that have been made for the same before
 * @throws RefusedRequestError when it cannot be planned
 */
export function createVariant(
  { document, operation, deferLabels }: ParsedOperation,
  supergraph: LoadedSupergraph,
  allowed: DocumentNode | null,
  conditions: Conditions,
  overrides: ReadonlySet<string> | undefined,
  known: StoredPlans | null = null,
): OperationVariant {
  const name = operation.name?.value ?? null;
  const rootType = supergraph.apiSchema.getRootType(operation.operation);
  if (!rootType) throw refusal('GRAPHQL_VALIDATION_FAILED', `The schema has no ${operation.operation} type.`);
  const scope = { supergraph, name, overrides };
  let asked = applyConditions(document, conditions, { placeholder: false });
  let fetched = allowed && applyConditions(allowed, conditions, { placeholder: true });
  const inParts = deferLabels !== undefined && hasDefer(asked) ? planInParts(fetched, scope, known) : null;
  if (deferLabels && !inParts) {
    asked = removeDefer(asked);
    fetched = fetched && removeDefer(fetched);
  }
  const plans = inParts?.plans ?? (known && [...known.plans]) ?? planAll(fetched, scope);
  const isRestricted = allowed !== document;
  const selectionSet = findOperation(asked, name).selectionSet;
  const shown = isRestricted ? (fetched ? [findOperation(fetched, name).selectionSet] : []) : undefined;
  const shapeScope = {
    schema: supergraph.apiSchema,
    planKey: supergraph.responseKeys.planKey,
    isInternal: supergraph.responseKeys.isInternal,
    fragments: collectFragments(asked),
    allowedFragments: isRestricted && fetched ? collectFragments(fetched) : new Map(),
  };
  return {
    plan: plans[0] ?? null,
    plans,
    stored: { isInParts: inParts !== null, plans },
    run: inParts ? inParts.compiled.run : compilePlans(plans, supergraph.types, operation.operation),
    deferred: inParts?.compiled.blocks ?? null,
    repeatedFetches: operation.operation === 'query' ? toRepeated(plans) : null,
    shape: compileShape(selectionSet, rootType, shapeScope, shown),
    isFinished: !isRestricted && isOneFetch(plans) ? compileByteShape(selectionSet, rootType, shapeScope) : null,
  };
}

function isOneFetch([plan, ...others]: readonly Plan[]): boolean {
  return plan?.kind === 'Fetch' && others.length === 0 && !plan.requires?.length && !plan.outputRewrites?.length;
}

function toRepeated(plans: readonly Plan[]): ReadonlySet<string> | null {
  const repeated = findRepeatedFetches(plans);
  return repeated.size > 0 ? repeated : null;
}

interface PlanningScope {
  readonly supergraph: LoadedSupergraph;
  readonly name: string | null;
  readonly overrides: ReadonlySet<string> | undefined;
}

function planAll(document: DocumentNode | null, { supergraph, name, overrides }: PlanningScope): Plan[] {
  if (!document || findOperation(document, name).selectionSet.selections.length === 0) return [];
  const toPlan = supergraph.responseKeys.rename(supergraph.splitByType(document));
  return createPlans(supergraph, toPlan, name, overrides);
}

/**
 * Null for what is answered in one piece all the same, which `@defer` allows: what takes several plans, whose data is
 * merged when all is there, and what the planner cannot defer (some `@requires` within fragments that are deferred).
 */
function planInParts(
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
    return null;
  }
}

function compilePlans(plans: readonly Plan[], types: TypeIndex, kind: OperationType): PlanStep | null {
  if (plans.some((plan) => plan.kind === 'Subscription')) return null;
  return runAll(
    plans.map((plan) => compilePlan(plan as PlanNode, types)),
    types,
    kind,
  );
}

/** Plans of the parts that cannot share one run on data of their own, which is then merged. */
function runAll(steps: readonly PlanStep[], types: TypeIndex, kind: OperationType): PlanStep | null {
  const [first, ...others] = steps;
  if (!first || others.length === 0) return first ?? null;
  if (kind === 'mutation') return runInOrder(steps);
  return async (execution) => {
    const parts = others.map((step) => ({ step, execution: { ...execution, data: {}, errors: [] } as Execution }));
    await Promise.all([first(execution), ...parts.map((part) => part.step(part.execution))]);
    const reported = new Set(execution.errors.map((error) => JSON.stringify(error)));
    for (const part of parts) {
      mergeInto(execution.data, part.execution.data, types);
      // The way to the parts' fields is fetched for each, and fails for each.
      for (const error of part.execution.errors) if (!reported.has(JSON.stringify(error))) execution.errors.push(error);
    }
  };
}

const REQUIRED_ARGUMENTS_CONFLICT =
  'Fields of this operation are computed from one field with different arguments. Only a query can ask for them together: ask for one here, and for the others by a query.';

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
    const plan = () =>
      supergraph.planner.buildQueryPlan(operation, {
        overrideConditions: new Map(supergraph.overrideLabels.map((label) => [label, overrides?.has(label) === true])),
      });
    return supergraph.hasPartialUnions ? planWithFragmentsKept(plan) : plan();
  } catch (cause) {
    throw unplannable(cause);
  }
}

/** The planner's own words name types that clients must not know of: the log has them. */
function unplannable(cause: unknown): RefusedRequestError {
  const isTooMuch = cause instanceof Error && cause.message.startsWith('Too many options');
  const error = isTooMuch
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

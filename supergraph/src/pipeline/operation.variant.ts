import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { dropRepeatedTypes, hasDefer, removeDefer } from '../defer/defer.document.ts';
import { compileInParts, type DeferredBlock, type PlanInParts } from '../defer/defer.plan.ts';
import { compilePlan } from '../plan/compile.ts';
import { markLongLiterals, unmarkLiterals } from '../plan/exact.literals.ts';
import type { Execution, PlanStep } from '../plan/execution.ts';
import { findRepeatedFetches } from '../plan/fetched.entities.ts';
import { mergeInto } from '../plan/merge.ts';
import { orderMutation, runInOrder, splitMutation } from '../plan/mutation.order.ts';
import { planWithFragmentsKept } from '../plan/partial.unions.ts';
import { isTooMuch } from '../plan/requirement.planner.ts';
import type { TypeIndex } from '../plan/type.index.ts';
import { createAsksTypename } from '../plan/typename.positions.ts';
import { collectRootKeys, reportUnplanned } from '../plan/unplanned.fields.ts';
import { applyConditions, type Conditions } from '../request/conditions.ts';
import { collectFragments, findOperation, keepUsed } from '../request/document.ts';
import { addExplained, originOf } from '../request/error.origin.ts';
import type { OperationType } from '../request/message.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { RefusedRequestError, refusal } from '../request/refusal.ts';
import { type ByteShape, compileByteShape } from '../shape/byte.shape.ts';
import { compileShape, type Shape } from '../shape/shape.ts';
import type { StoredPlans } from './plan.store.ts';
import { planSignIn, type SignInPlan, type SignInRules } from './sign.in.plan.ts';
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
  /** Of a mutation that may sign the client in: runs in place of `run`. */
  readonly signIn: SignInPlan | null;
  readonly shape: Shape;
  /** Of a mutation that may sign the client in: the shape of each root field by itself, by response key, in order. */
  readonly fieldShapes: ReadonlyMap<string, Shape> | null;
  /** Recognizes answers of a plan's only fetch that need not be parsed; null for other plans. */
  readonly isFinished: ByteShape | null;
  /** Keys of the fetches whose entities are kept for others of the same query. */
  readonly repeatedFetches: ReadonlySet<string> | null;
  /** The shape of what other plans bring. */
  readonly shapeOf: (plans: readonly Plan[]) => Shape;
  /** What comes after the first part of the answer, when it comes in parts: then `run` and `shape` are of the first. */
  readonly deferred: readonly DeferredBlock[] | null;
  /** What it was compiled from; null for a mutation that signs in, which is planned in parts of its own. */
  readonly stored: StoredPlans | null;
}

/** How an operation is planned, beside its text and conditions. */
export interface PlanningOptions {
  /** Labels of progressive overrides that are on. Default none. */
  readonly overrides?: ReadonlySet<string> | undefined;
  /** Whom a mutation may sign in. Default nobody. */
  readonly signInRules?: SignInRules | undefined;
  /** Plans that were made for the same before. */
  readonly known?: StoredPlans | null;
}

/**
 * @param allowed what of the document the viewer may ask for
 * @throws RefusedRequestError when it cannot be planned
 */
export function createVariant(
  { query, document, operation, deferLabels }: ParsedOperation,
  supergraph: LoadedSupergraph,
  allowed: DocumentNode | null,
  conditions: Conditions,
  { overrides, signInRules, known = null }: PlanningOptions = {},
): OperationVariant {
  const name = operation.name?.value ?? null;
  const rootType = supergraph.apiSchema.getRootType(operation.operation);
  if (!rootType) throw refusal('GRAPHQL_VALIDATION_FAILED', `The schema has no ${operation.operation} type.`);
  const scope = { supergraph, name, overrides };
  let asked = applyConditions(document, conditions, { placeholder: false });
  const toFetched = (of: DocumentNode) =>
    markLongLiterals(applyConditions(of, conditions, { placeholder: true }), query, supergraph.apiSchema);
  let fetched = allowed && toFetched(allowed);
  let signIn: SignInPlan | null = null;
  if (signInRules && operation.operation === 'mutation') {
    const whole = allowed === document && fetched ? fetched : toFetched(document);
    const settle = (of: DocumentNode) => (deferLabels ? removeDefer(of) : of);
    const planOf = (of: DocumentNode) => planAll(of, scope) as PlanNode[];
    const settled = settle(whole);
    const left = fetched && (fetched === whole ? settled : settle(fetched));
    signIn = planSignIn(settled, left, { name, supergraph, rules: signInRules, planOf });
  }
  const inParts = !signIn && deferLabels !== undefined && hasDefer(asked) ? planInParts(fetched, scope, known) : null;
  if (deferLabels && !inParts) {
    asked = removeDefer(asked);
    fetched = fetched && removeDefer(fetched);
  }
  const plans = signIn
    ? toWholePlan(signIn)
    : (inParts?.plans ?? (known && [...known.plans]) ?? planAll(fetched, scope));
  const isRestricted = allowed !== document;
  const { selectionSet } = findOperation(asked, name);
  const shown = isRestricted ? (fetched ? [findOperation(fetched, name).selectionSet] : []) : undefined;
  const shapeScope = {
    schema: supergraph.apiSchema,
    planKey: supergraph.responseKeys.planKey,
    isInternal: supergraph.responseKeys.isInternal,
    subgraphsOf: supergraph.subgraphsOf,
    fragments: collectFragments(asked),
    allowedFragments: isRestricted && fetched ? collectFragments(fetched) : new Map(),
    isWhole: allowed === document,
  };
  const shapeOf = (fetched: readonly Plan[], of = selectionSet) =>
    compileShape(of, rootType, { ...shapeScope, asksTypename: createAsksTypename(fetched) }, shown);
  const run = inParts ? inParts.compiled.run : compilePlans(plans, supergraph.types, operation.operation);
  return {
    plan: plans[0] ?? null,
    plans,
    // The whole plan of a sign-in has more than its viewer may ask for: it is for nobody else to run.
    stored: signIn ? null : { isInParts: inParts !== null, plans },
    run: run && fetched ? reportUnplanned(run, plans, toRootKeys(fetched, scope), supergraph) : run,
    signIn,
    fieldShapes: signIn && mapRootFields(asked, name, supergraph, (of) => shapeOf(plans, of)),
    deferred: inParts?.compiled.blocks ?? null,
    repeatedFetches: operation.operation === 'query' ? toRepeated(plans) : null,
    shape: shapeOf(plans),
    shapeOf,
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

function mapRootFields<Value>(
  document: DocumentNode,
  name: string | null,
  { apiSchema }: LoadedSupergraph,
  toValue: (selectionSet: SelectionSetNode) => Value,
): ReadonlyMap<string, Value> {
  const { selections } = findOperation(orderMutation(document, name, apiSchema), name).selectionSet;
  return new Map(
    selections.flatMap((field) =>
      field.kind === Kind.FIELD
        ? [[(field.alias ?? field.name).value, toValue({ kind: Kind.SELECTION_SET, selections: [field] })]]
        : [],
    ),
  );
}

/** The plans of all fields as one, to look at. */
function toWholePlan({ all }: SignInPlan): Plan[] {
  return [{ kind: 'Sequence', nodes: all.map(({ plan }) => plan) }];
}

/** Keys of root fields that a plan may have no fetch for. */
function toRootKeys(document: DocumentNode, { supergraph, name }: PlanningScope): ReadonlySet<string> {
  if (!supergraph.hasUnimplementedInterfaces) return new Set();
  return collectRootKeys(supergraph.responseKeys.rename(document), name);
}

interface PlanningScope {
  readonly supergraph: LoadedSupergraph;
  readonly name: string | null;
  readonly overrides: ReadonlySet<string> | undefined;
}

function planAll(document: DocumentNode | null, { supergraph, name, overrides }: PlanningScope): Plan[] {
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
    // The operation is planned as a whole next, which reports what is wrong with it.
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
    const reported = new Map(execution.errors.map((error) => [JSON.stringify(error), error]));
    for (const part of parts) {
      mergeInto(execution.data, part.execution.data, types);
      for (const error of part.execution.errors) {
        // The way to the parts' fields is fetched for each, and fails for each.
        const same = reported.get(JSON.stringify(error));
        if (same) addExplained(same, originOf(error).explains ?? []);
        else execution.errors.push(error);
      }
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

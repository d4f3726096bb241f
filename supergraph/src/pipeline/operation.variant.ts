import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { hasDefer, removeDefer } from '../defer/defer.document.ts';
import type { DeferredBlock } from '../defer/defer.plan.ts';
import { markLongLiterals } from '../plan/exact.literals.ts';
import type { PlanStep } from '../plan/execution.ts';
import { findRepeatedFetches } from '../plan/fetched.entities.ts';
import { orderMutation } from '../plan/mutation.order.ts';
import { createAsksTypename } from '../plan/typename.positions.ts';
import { collectRootKeys, reportUnplanned } from '../plan/unplanned.fields.ts';
import { applyConditions, type Conditions } from '../request/conditions.ts';
import { collectFragments, findOperation } from '../request/document.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { refusal } from '../request/refusal.ts';
import { type ByteShape, compileByteShape } from '../shape/byte.shape.ts';
import { compileShape, type Shape } from '../shape/shape.ts';
import { compilePlans } from './compiled.plans.ts';
import { type Plan, type PlanningScope, planAll, planInParts } from './operation.planning.ts';
import type { StoredPlans } from './plan.store.ts';
import { planSignIn, type SignInPlan, type SignInRules } from './sign.in.plan.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/**
 * An operation with `@skip` and `@include` applied. Each set of conditions has a plan of its own, which fetches the
 * requested fields only and evaluates no condition while it runs.
 */
export interface OperationVariant {
  /** Null when nothing has to be fetched: `{ __typename }`, introspection, all fields refused. */
  readonly plan: PlanNode | SubscriptionNode | null;
  /** All plans: several when one plan cannot fetch all requested fields. */
  readonly plans: readonly (PlanNode | SubscriptionNode)[];
  /** The compiled plan of a query or mutation. */
  readonly run: PlanStep | null;
  /** Set for a mutation that may sign the client in; it runs in place of `run`. */
  readonly signIn: SignInPlan | null;
  readonly shape: Shape;
  /** For a mutation that may sign the client in: the shape of each root field, by response key, in order. */
  readonly fieldShapes: ReadonlyMap<string, Shape> | null;
  /** Tests whether the answer to a plan's only fetch may go to the client unparsed; null for other plans. */
  readonly isFinished: ByteShape | null;
  /** Keys of the fetches whose entities are kept for later fetches of the same query. */
  readonly repeatedFetches: ReadonlySet<string> | null;
  /** The shape of the data that other plans fetch. */
  readonly shapeOf: (plans: readonly Plan[]) => Shape;
  /** The later parts of an answer to `@defer`, whose first part `run` and `shape` make. Null: one piece. */
  readonly deferred: readonly DeferredBlock[] | null;
  /** The plans that it was compiled from; null for a mutation that signs in, whose fields are planned one by one. */
  readonly stored: StoredPlans | null;
}

/** What decides on the plans of an operation, apart from its text and conditions. */
export interface PlanningOptions {
  /** Labels of progressive overrides that are on. Default none. */
  readonly overrides?: ReadonlySet<string> | undefined;
  /** Which mutations may sign the client in. Default none. */
  readonly signInRules?: SignInRules | undefined;
  /** Plans from the shared store. Default null: the operation is planned here. */
  readonly known?: StoredPlans | null;
}

/**
 * @param allowed the part of the document that the viewer is authorized for; null for none
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
  let requested = applyConditions(document, conditions, { placeholder: false });
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
  const inParts =
    !signIn && deferLabels !== undefined && hasDefer(requested) ? planInParts(fetched, scope, known) : null;
  if (deferLabels && !inParts) {
    requested = removeDefer(requested);
    fetched = fetched && removeDefer(fetched);
  }
  const plans = signIn
    ? toWholePlan(signIn)
    : (inParts?.plans ?? (known && [...known.plans]) ?? planAll(fetched, scope));
  const isRestricted = allowed !== document;
  const { selectionSet } = findOperation(requested, name);
  const shown = isRestricted ? (fetched ? [findOperation(fetched, name).selectionSet] : []) : undefined;
  const shapeScope = {
    schema: supergraph.apiSchema,
    planKey: supergraph.responseKeys.planKey,
    isInternal: supergraph.responseKeys.isInternal,
    subgraphsOf: supergraph.subgraphsOf,
    fragments: collectFragments(requested),
    allowedFragments: isRestricted && fetched ? collectFragments(fetched) : new Map(),
    isWhole: allowed === document,
  };
  const shapeOf = (fetched: readonly Plan[], of = selectionSet) =>
    compileShape(of, rootType, { ...shapeScope, asksTypename: createAsksTypename(fetched) }, shown);
  const run = inParts ? inParts.compiled.run : compilePlans(plans, supergraph.types, operation.operation);
  return {
    plan: plans[0] ?? null,
    plans,
    // The plan of a sign-in has fields that its viewer is not authorized for, so no other instance may run it.
    stored: signIn ? null : { isInParts: inParts !== null, plans },
    run: run && fetched ? reportUnplanned(run, plans, toRootKeys(fetched, scope), supergraph) : run,
    signIn,
    fieldShapes: signIn && mapRootFields(requested, name, supergraph, (of) => shapeOf(plans, of)),
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

/** The plans of all fields as one plan, for hooks and plugins that read it. */
function toWholePlan({ all }: SignInPlan): Plan[] {
  return [{ kind: 'Sequence', nodes: all.map(({ plan }) => plan) }];
}

/** Keys of root fields for which a plan may have no fetch. */
function toRootKeys(document: DocumentNode, { supergraph, name }: PlanningScope): ReadonlySet<string> {
  if (!supergraph.hasUnimplementedInterfaces) return new Set();
  return collectRootKeys(supergraph.responseKeys.rename(document), name);
}

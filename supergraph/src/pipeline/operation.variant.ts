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

import type { SubscriptionNode } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import type { OperationVariant } from '../pipeline/operation.variant.ts';
import type { PreparedOperation } from '../pipeline/prepared.operation.ts';
import { compilePlan } from '../plan/compile.ts';
import { type CompiledFetch, describeFetch } from '../plan/compiled.fetch.ts';
import type { PlanStep } from '../plan/execution.ts';
import type { JsonObject } from '../plan/merge.ts';
import { applyConditions, type Conditions } from '../request/conditions.ts';
import type { Shape } from '../shape/shape.ts';
import { toForwardable } from './forwarding.ts';
import { createResumption, type Resumption } from './resumption.ts';

/** A subscription with all that does not depend on the client worked out. */
export interface SubscriptionPlan {
  readonly primary: CompiledFetch;
  /** Completes events from other subgraphs: takes the data of several at once, in an array. */
  readonly completion: PlanStep | null;
  readonly shape: Shape;
  /** Whether an event without errors is the client's answer as it is. */
  readonly isForwarded: boolean;
  readonly resumption: Resumption | null;
}

const plans = new WeakMap<OperationVariant, SubscriptionPlan>();

/** @param conditions the coerced variables */
export function planSubscription(
  operation: PreparedOperation,
  variant: OperationVariant,
  conditions: Conditions,
): SubscriptionPlan {
  let plan = plans.get(variant);
  if (!plan) {
    plan = compile(operation, variant, conditions);
    plans.set(variant, plan);
  }
  return plan;
}

function compile(operation: PreparedOperation, variant: OperationVariant, conditions: Conditions): SubscriptionPlan {
  const { supergraph, document } = operation;
  const { primary, rest } = variant.plan as SubscriptionNode;
  const name = operation.operation.name?.value ?? null;
  const asked = applyConditions(document, conditions, { placeholder: false });
  const planned = parse(primary.operation, { noLocation: true });
  const mustShape = rest || primary.outputRewrites?.length || operation.refusals.length || operation.introspection;
  const forwardable = mustShape ? null : toForwardable(asked, planned, name, supergraph);
  const resumable = createResumption(forwardable ?? planned, supergraph.fullSchema);
  const query = print(resumable?.document ?? forwardable ?? planned);
  return {
    primary: describeFetch({ ...primary, operation: query }, [], supergraph.types),
    completion: rest ? compilePlan(rest, supergraph.types, ['@']) : null,
    // What is forwarded may be asked without `__typename`.
    shape: forwardable ? variant.shapeOf([{ ...primary, operation: query }]) : variant.shape,
    isForwarded: forwardable !== null && !resumable?.resumption.isAdded,
    resumption: resumable?.resumption ?? null,
  };
}

/** Whether both send the subgraph the same operation, and find an event's cursor at the same place. */
export function isSamePrimary(one: SubscriptionPlan, other: SubscriptionPlan): boolean {
  return (
    one.primary.subgraph === other.primary.subgraph &&
    one.primary.bodyHead === other.primary.bodyHead &&
    one.resumption?.query === other.resumption?.query &&
    one.resumption?.isAlwaysThere === other.resumption?.isAlwaysThere
  );
}

/** The request for a subgraph as JSON text without its closing brace: from the start, or from after a cursor. */
export function toRequestBody(
  { primary, resumption }: SubscriptionPlan,
  variables: JsonObject,
  cursor: unknown,
): string {
  const chosen: JsonObject = {};
  for (const name of primary.variableNames) if (Object.hasOwn(variables, name)) chosen[name] = variables[name];
  if (cursor === undefined || !resumption) return `${primary.bodyHead}${JSON.stringify(chosen)}`;
  const request = { query: resumption.query, variables: { ...chosen, [resumption.variable]: cursor } };
  const named = primary.operationName ? { operationName: primary.operationName, ...request } : request;
  return JSON.stringify(named).slice(0, -1);
}

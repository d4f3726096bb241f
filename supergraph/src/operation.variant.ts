import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { applyConditions, type Conditions } from './conditions.ts';
import { collectFragments, findOperation } from './document.ts';
import type { ParsedOperation } from './hooks.ts';
import { compilePlan } from './plan/compile.ts';
import type { Execution, PlanStep } from './plan/execution.ts';
import { mergeInto } from './plan/merge.ts';
import { runInOrder, splitMutation } from './plan/mutation.order.ts';
import { planWithFragmentsKept } from './plan/partial.unions.ts';
import type { TypeIndex } from './plan/type.index.ts';
import { RefusedRequestError, refusal } from './refusal.ts';
import { compileShape, type Shape } from './shape/shape.ts';
import type { LoadedSupergraph } from './supergraph.ts';
import type { OperationType } from './types.ts';

/**
 * An operation with `@skip` and `@include` applied. Each set of conditions has a plan of its own: it fetches what is
 * asked and no more, and nothing is left to decide while it runs.
 */
export interface OperationVariant {
  /** Null when nothing has to be fetched: `{ __typename }`, introspection, all fields refused. */
  readonly plan: PlanNode | SubscriptionNode | null;
  /** The compiled plan of a query or mutation. */
  readonly run: PlanStep | null;
  readonly shape: Shape;
}

/**
 * @param allowed what of the document the viewer may ask
 * @param overrides labels of progressive overrides that are on
 * @throws RefusedRequestError when it cannot be planned
 */
export function createVariant(
  { document, operation, supergraph }: ParsedOperation,
  allowed: DocumentNode | null,
  conditions: Conditions,
  overrides: ReadonlySet<string> | undefined,
): OperationVariant {
  const name = operation.name?.value ?? null;
  const rootType = supergraph.apiSchema.getRootType(operation.operation);
  if (!rootType) throw refusal('GRAPHQL_VALIDATION_FAILED', `The schema has no ${operation.operation} type.`);
  const asked = applyConditions(document, conditions, { placeholder: false });
  const fetched = allowed && applyConditions(allowed, conditions, { placeholder: true });
  const isEmpty = !fetched || findOperation(fetched, name).selectionSet.selections.length === 0;
  const plans = isEmpty
    ? []
    : createPlans(supergraph, supergraph.responseKeys.rename(supergraph.splitByType(fetched)), name, overrides);
  const [plan = null] = plans;
  return {
    plan,
    run:
      plan && plan.kind !== 'Subscription'
        ? runAll(
            plans.map((part) => compilePlan(part as PlanNode, supergraph.types)),
            supergraph.types,
            operation.operation,
          )
        : null,
    shape: compileShape(findOperation(asked, name).selectionSet, rootType, {
      schema: supergraph.apiSchema,
      planKey: supergraph.responseKeys.planKey,
      isInternal: supergraph.responseKeys.isInternal,
      fragments: collectFragments(asked),
    }),
  };
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
): NonNullable<QueryPlan['node']>[] {
  const { operation } = findOperation(document, name);
  const planOf = (part: DocumentNode) => createPlan(supergraph, part, name, overrides);
  const nodesOf = (parts: readonly DocumentNode[]) => parts.flatMap((part) => planOf(part).node ?? []);
  const byArguments = supergraph.splitByArguments(document);
  if (operation === 'query') return nodesOf(byArguments);
  // What must run once cannot be asked in parts.
  if (byArguments.length > 1) throw refusal('REQUIRED_ARGUMENTS_CONFLICT', REQUIRED_ARGUMENTS_CONFLICT);
  const plan = planOf(document);
  const parts = operation === 'mutation' ? splitMutation(document, name, plan, supergraph.apiSchema) : [document];
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

import type { PlanNode } from '@apollo/query-planner';
import { compilePlan } from '../plan/compile.ts';
import type { Execution, PlanStep } from '../plan/execution.ts';
import { mergeInto } from '../plan/merge.ts';
import { runInOrder } from '../plan/mutation.order.ts';
import type { TypeIndex } from '../plan/type.index.ts';
import { addExplained, originOf } from '../request/error.origin.ts';
import type { OperationType } from '../request/message.ts';
import type { Plan } from './operation.planning.ts';

/** One step for the plans of a query or mutation; null for a subscription, and where nothing is fetched. */
export function compilePlans(plans: readonly Plan[], types: TypeIndex, kind: OperationType): PlanStep | null {
  if (plans.some((plan) => plan.kind === 'Subscription')) return null;
  return runAll(
    plans.map((plan) => compilePlan(plan as PlanNode, types)),
    types,
    kind,
  );
}

/** Each of several plans writes to an object of its own; the objects are merged at the end. */
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
        // Each plan fetches the path to its own fields, so one failure may be reported by several plans.
        const same = reported.get(JSON.stringify(error));
        if (same) addExplained(same, originOf(error).explains ?? []);
        else execution.errors.push(error);
      }
    }
  };
}

import type { AdmittedVariables } from '../pipeline/core.admission.ts';
import type { EndpointInForce } from '../pipeline/core.ts';
import type { OperationVariant } from '../pipeline/operation.variant.ts';
import { chooseOverrides } from '../pipeline/override.labels.ts';
import type { PreparedOperation } from '../pipeline/prepared.operation.ts';
import type { RequestContext } from '../request/context.ts';
import type { StreamTerms } from './stream.scope.ts';
import { planSubscription } from './subscription.plan.ts';

/** What a stream was started with. */
export interface Started {
  readonly endpoint: EndpointInForce;
  readonly operation: PreparedOperation;
  readonly variant: OperationVariant;
  readonly variables: AdmittedVariables;
}

export interface Replanned {
  readonly started: Started;
  readonly terms: StreamTerms;
}

/** Plans an operation that runs anew, for the version of its endpoint in force. Null: that refuses it. */
export function replan(
  { endpoint, operation, variables: { raw } }: Started,
  context: RequestContext,
): Replanned | null {
  const current = endpoint();
  if (!current) return null;
  const { core, hooks } = current;
  try {
    // Plans are made once for each operation and viewer's rights, however many streams there are of it.
    const next = core.operations.prepare(
      { query: operation.query, operationName: operation.operation.name?.value ?? null },
      context,
    );
    const coerced = next.coerceVariables(raw);
    if ('errors' in coerced) return null;
    const { values } = coerced;
    const overrides = chooseOverrides(core.supergraph.overrideLabels, hooks.overrideLabels?.(context));
    const variant = next.variantFor(values, overrides);
    if (!variant.plan) return null;
    return {
      started: { endpoint, operation: next, variant, variables: { raw, coerced: values } },
      terms: {
        plan: planSubscription(next, variant, values),
        refusals: next.refusals,
        finishesAll: hooks.finishesAll === true,
      },
    };
  } catch {
    // The stream ends with SUBSCRIPTION_SCHEMA_RELOAD; the client gets the reason when it subscribes again.
    return null;
  }
}

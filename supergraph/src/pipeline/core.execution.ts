import type { Execution, PlanStep } from '../plan/execution.ts';
import { FetchedEntities } from '../plan/fetched.entities.ts';
import { type JsonObject, setOwn } from '../plan/merge.ts';
import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import type { GraphQLResult } from '../request/message.ts';
import { type RefusedRequestError, refusal } from '../request/refusal.ts';
import type { AdmittedVariables } from './core.admission.ts';
import type { OperationVariant } from './operation.variant.ts';
import type { PreparedOperation } from './prepared.operation.ts';

/** One run of a variant: introspection is answered, and the errors of refused fields are noted. */
export function toExecution(
  { introspection, refusals }: PreparedOperation,
  { repeatedFetches }: OperationVariant,
  { raw, coerced }: AdmittedVariables,
  context: RequestContext,
  transport: SubgraphTransport,
): Execution {
  const data: JsonObject = {};
  if (introspection) for (const [key, value] of Object.entries(introspection(raw))) setOwn(data, key, value);
  return {
    data,
    errors: [...refusals],
    variables: raw,
    conditions: coerced,
    context,
    transport,
    ...(repeatedFetches && { entities: new FetchedEntities(repeatedFetches) }),
  };
}

/** @param timeoutMs time for the whole execution; undefined: no limit */
export async function executeInTime(
  variant: OperationVariant,
  run: PlanStep | null,
  execution: Execution,
  timeoutMs: number | undefined,
): Promise<GraphQLResult> {
  if (timeoutMs === undefined) return execute(variant, run, execution);
  const timer = setTimeout(() => execution.context.abort?.(timedOut(timeoutMs)), timeoutMs);
  try {
    return await execute(variant, run, execution);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the plan of a query or mutation and shapes the fetched data. */
async function execute(
  { shape }: OperationVariant,
  run: PlanStep | null,
  execution: Execution,
): Promise<GraphQLResult> {
  const { errors, context } = execution;
  if (run) {
    const span = context.watch?.trace?.recorded?.startExecution();
    await run(execution);
    span?.end();
  }
  if (execution.finished) return execution.finished;
  const data = shape.shape(execution.data, errors);
  return errors.length ? { data, errors } : { data };
}

export function timedOut(timeoutMs: number): RefusedRequestError {
  return refusal('GATEWAY_TIMEOUT', `The operation did not finish within its limit of ${timeoutMs} ms.`);
}

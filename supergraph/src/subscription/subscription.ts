import type { SubscriptionNode } from '@apollo/query-planner';
import type { GraphQLFormattedError } from 'graphql';
import type { AdmittedVariables, StartSubscription } from '../core.ts';
import type { OperationVariant, PreparedOperation } from '../operation.ts';
import { compilePlan } from '../plan/compile.ts';
import type { Execution, PlanStep } from '../plan/execution.ts';
import { toClientErrors } from '../plan/fetch.errors.ts';
import { type CompiledFetch, describeFetch } from '../plan/fetch.ts';
import type { GraphQLResult, RequestContext, SubgraphRequest, SubgraphTransport } from '../types.ts';

interface CompiledSubscription {
  readonly primary: CompiledFetch;
  /** Completes the data of one event from other subgraphs. */
  readonly rest: PlanStep | null;
}

const compiled = new WeakMap<OperationVariant, CompiledSubscription>();

/** Runs subscriptions: the primary fetch is the stream, and the rest of the plan runs over the data of each event. */
export function createSubscriptions(transport: SubgraphTransport): StartSubscription {
  return async function* subscribe(operation, variables, context) {
    const { primary, rest } = compile(operation, variables);
    for await (const event of transport.subscribe(toRequest(primary, variables), context)) {
      yield await complete(event, { operation, primary, rest, variables, context, transport });
    }
  };
}

function compile(operation: PreparedOperation, { coerced }: AdmittedVariables): CompiledSubscription {
  const variant = operation.variantFor(coerced);
  let known = compiled.get(variant);
  if (!known) {
    const { types } = operation.supergraph;
    const { primary, rest } = variant.plan as SubscriptionNode;
    known = { primary: describeFetch(primary, [], types), rest: rest ? compilePlan(rest, types) : null };
    compiled.set(variant, known);
  }
  return known;
}

function toRequest(primary: CompiledFetch, { raw }: AdmittedVariables): SubgraphRequest {
  return {
    subgraph: primary.subgraph,
    query: primary.query,
    kind: 'subscription',
    ...(primary.operationName ? { operationName: primary.operationName } : {}),
    variables: Object.fromEntries(primary.variableNames.filter((name) => name in raw).map((name) => [name, raw[name]])),
  };
}

interface EventScope extends CompiledSubscription {
  readonly operation: PreparedOperation;
  readonly variables: AdmittedVariables;
  readonly context: RequestContext;
  readonly transport: SubgraphTransport;
}

async function complete(event: GraphQLResult, scope: EventScope): Promise<GraphQLResult> {
  const { operation, primary, rest, variables, context, transport } = scope;
  const errors: GraphQLFormattedError[] = [...operation.refusals];
  const data = event.data ?? {};
  if (event.data) primary.rewriteOutput?.(data);
  if (event.errors?.length) errors.push(...toClientErrors(primary, event, data, null));
  // Without data there was no event: the subgraph refused or broke off.
  if (!event.data) return { errors };
  const execution: Execution = {
    data,
    errors,
    variables: variables.raw,
    conditions: variables.coerced,
    context,
    transport,
  };
  if (rest) await rest(execution);
  const shaped = operation.variantFor(variables.coerced).shape.shape(data, errors);
  return errors.length ? { data: shaped, errors } : { data: shaped };
}

import type { SubscriptionNode } from '@apollo/query-planner';
import type { GraphQLFormattedError } from 'graphql';
import type { AdmittedVariables, StartSubscription } from '../core.ts';
import type { PreparedOperation } from '../operation.ts';
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

const compiled = new WeakMap<PreparedOperation, CompiledSubscription>();

/** Runs subscriptions: the primary fetch is the stream, and the rest of the plan runs over the data of each event. */
export function createSubscriptions(transport: SubgraphTransport): StartSubscription {
  return async function* subscribe(operation, variables, context) {
    const { primary, rest } = compile(operation);
    for await (const event of transport.subscribe(toRequest(primary, variables), context)) {
      yield await complete(event, { operation, primary, rest, variables, context, transport });
    }
  };
}

function compile(operation: PreparedOperation): CompiledSubscription {
  let known = compiled.get(operation);
  if (!known) {
    const { types } = operation.supergraph;
    const { primary, rest } = operation.plan as SubscriptionNode;
    known = { primary: describeFetch(primary, [], types), rest: rest ? compilePlan(rest, types) : null };
    compiled.set(operation, known);
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
  const shaped = operation.shapeFor(variables.coerced).shape(data, errors);
  return errors.length ? { data: shaped, errors } : { data: shaped };
}

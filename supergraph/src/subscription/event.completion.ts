import type { GraphQLFormattedError } from 'graphql';
import type { Execution } from '../plan/execution.ts';
import { toClientErrors } from '../plan/fetch.errors.ts';
import type { JsonObject } from '../plan/merge.ts';
import { checkAnswer } from '../plan/subgraph.answer.ts';
import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import { changeError, originOf, type ResponsePath, withOrigin } from '../request/error.origin.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLResult } from '../request/message.ts';
import type { SubscriptionPlan } from './subscription.plan.ts';

export interface CompletionScope {
  readonly plan: SubscriptionPlan;
  /** Errors of fields that the viewer may not ask: each event has them. */
  readonly refusals: readonly GraphQLFormattedError[];
  readonly variables: { readonly raw: JsonObject; readonly coerced: JsonObject };
  readonly context: RequestContext;
  readonly transport: Pick<SubgraphTransport, 'fetch'>;
}

interface OpenEvent {
  /** Null for an event that failed whole; undefined when there was none: the subgraph refused or broke off. */
  readonly data: JsonObject | null | undefined;
  readonly errors: GraphQLFormattedError[];
}

/** The client's answer to one event whose plan has no completion. */
export function completeEvent(payload: string, { plan, refusals }: CompletionScope): GraphQLResult {
  return close(open(payload, plan, refusals), plan);
}

/**
 * The client's answers to events that waited together, in their order. The completion runs once over all of them:
 * an entity that several events name is fetched once, and entities of different events in one request.
 */
export async function completeEvents(payloads: readonly string[], scope: CompletionScope): Promise<GraphQLResult[]> {
  const { plan, refusals, variables, context, transport } = scope;
  const events = payloads.map((payload) => open(payload, plan, refusals));
  const withData = events.filter(({ data }) => data !== null);
  if (plan.completion && withData.length) {
    const errors: GraphQLFormattedError[] = [];
    const execution: Execution = {
      // An array is an object by index, and that is how the completion's paths address its events.
      data: withData.map(({ data }) => data) as unknown as JsonObject,
      errors,
      variables: variables.raw,
      conditions: variables.coerced,
      context,
      transport: transport as SubgraphTransport,
    };
    await plan.completion(execution);
    for (const error of errors) giveBack(error, withData);
  }
  return events.map((event) => close(event, plan));
}

/** An error's path begins with the number of its event. */
function giveBack(error: GraphQLFormattedError, events: readonly OpenEvent[]): void {
  const [index, ...path] = error.path ?? [];
  const event = typeof index === 'number' ? events[index] : undefined;
  const { explains = [], concerns } = originOf(error);
  for (const [at, each] of events.entries()) {
    if (event && event !== each) continue;
    const within = (positions: readonly ResponsePath[]) =>
      positions.flatMap(([first, ...rest]) => (first === at ? [rest] : []));
    const own = changeError(error, event ? { path } : {});
    each.errors.push(withOrigin(own, { explains: within(explains), ...(concerns && { concerns: within(concerns) }) }));
  }
}

function open(payload: string, plan: SubscriptionPlan, refusals: readonly GraphQLFormattedError[]): OpenEvent {
  const { primary } = plan;
  const answer = parseExactJson(payload) as { data?: unknown } | null;
  const result = checkAnswer(answer, primary.subgraph, null);
  const data = answer?.data === undefined ? undefined : (result.data ?? null);
  const errors = [...refusals];
  if (result?.errors?.length) errors.push(...toClientErrors(primary, result, data ?? {}, null));
  if (data) primary.rewriteOutput?.(data);
  return { data, errors };
}

function close({ data, errors }: OpenEvent, { shape }: SubscriptionPlan): GraphQLResult {
  // Errors alone say that the stream is over.
  if (data === undefined && errors.length) return { errors };
  if (!data) return errors.length ? { data: null, errors } : { data: null };
  const shaped = shape.shape(data, errors);
  return errors.length ? { data: shaped, errors } : { data: shaped };
}

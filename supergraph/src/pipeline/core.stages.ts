import type { RequestContext } from '../request/context.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLResult, SubscriptionStream } from '../request/message.ts';
import type { RequestStages, StreamPlace } from '../request/stages.ts';
import { StagedStream } from '../transport/staged.stream.ts';

/** The last request stage that a request has passed. The response stages from there outwards see its result. */
export type Reached = 'nothing' | 'supergraph' | 'execution';

/** Passes a result, or each result of a stream, through a coprocessor's response stages. */
export async function passStages(
  stages: RequestStages,
  result: SubscriptionStream | GraphQLResult,
  reached: Reached,
  context: RequestContext,
  fail: (error: unknown) => GraphQLResult,
): Promise<SubscriptionStream | GraphQLResult> {
  const { supergraphResponse, executionResponse } = stages;
  const sees = {
    execution: reached === 'execution' ? executionResponse : undefined,
    supergraph: reached === 'nothing' ? undefined : supergraphResponse,
  };
  if (!sees.execution && !sees.supergraph) return result;
  const pass = async (one: GraphQLResult, place: StreamPlace): Promise<GraphQLResult> => {
    const executed = sees.execution ? await sees.execution(one, context, place) : one;
    return sees.supergraph ? sees.supergraph(executed, context, place) : executed;
  };
  if (!('attach' in result)) {
    try {
      return await pass(result, { isFirst: true, hasNext: undefined });
    } catch (error) {
      return fail(error);
    }
  }
  const { isDeferred } = result;
  return new StagedStream({
    stream: result,
    signal: context.signal,
    async change(text, isFirst) {
      const one = parseExactJson(text) as GraphQLResult & { hasNext?: boolean };
      return JSON.stringify(await pass(one, { isFirst, hasNext: isDeferred ? one.hasNext === true : true }));
    },
    fail: (error) => JSON.stringify({ ...fail(error), ...(isDeferred && { hasNext: false }) }),
  });
}

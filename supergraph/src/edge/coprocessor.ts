import { prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';
import type { Logger } from '@vibecode/platform/log';
import type { RequestContext } from '../request/context.ts';
import type { GraphQLRequest, GraphQLResult } from '../request/message.ts';
import type { RequestStages, StreamPlace } from '../request/stages.ts';
import { type Ask, createAsk, type Stage } from './coprocessor.ask.ts';
import { type CoprocessorConfig, CoprocessorError, createCoprocessorClient } from './coprocessor.client.ts';
import { toHeaderLists } from './coprocessor.context.ts';
import type { StageName } from './coprocessor.message.ts';
import {
  asText,
  endedWith,
  isObject,
  parseResult,
  takeAnswerHeaders,
  takeRequestHeaders,
  toResult,
} from './coprocessor.reply.ts';
import { createSubgraphStages } from './coprocessor.subgraph.ts';

export interface Coprocessor extends AsyncDisposable {
  readonly stages: RequestStages;
}

/** A service that reads and changes requests at the stages that the configuration names. */
export function createCoprocessor(config: CoprocessorConfig, sdl: string, log: Logger): Coprocessor {
  const client = createCoprocessorClient(config, log);
  const at = (name: StageName, stage: object | null | undefined) =>
    stage ? createAsk(client, name, stage as Stage, config.url, sdl) : null;
  const { router, supergraph, execution, subgraph } = config;
  return {
    stages: {
      ...createRouterStages(at('RouterRequest', router.request), at('RouterResponse', router.response)),
      ...createResultStages(at, supergraph, execution),
      ...createSubgraphStages(
        at('SubgraphRequest', subgraph.all.request),
        at('SubgraphResponse', subgraph.all.response),
      ),
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

function createRouterStages(
  request: Ask | null,
  response: Ask | null,
): Pick<RequestStages, 'routerRequest' | 'routerResponse'> {
  return {
    ...(request && {
      async routerRequest(body: string | null, path: string, context: RequestContext) {
        const say = () => ({ headers: toHeaderLists(context.headers), body: body ?? undefined, path });
        const reply = await request(say, { context });
        if (!reply) return body;
        takeRequestHeaders(context, reply);
        if (reply.breakStatus !== null) throw endedWith(reply, context);
        return body === null || reply.body === undefined ? body : asText(reply.body);
      },
    }),
    ...(response && {
      async routerResponse(answer, context, isFirst) {
        const say = () => ({
          body: answer.body,
          ...(isFirst && {
            headers: toHeaderLists(context.answerHeaders?.all() ?? {}),
            statusCode: answer.status,
          }),
        });
        const body = parseResult(answer.body);
        const reply = await response(say, {
          context,
          isPrimary: isFirst,
          answer: { status: answer.status, headers: context.answerHeaders?.all(), body },
        });
        if (!reply) return answer;
        if (isFirst && reply.headers) takeAnswerHeaders(context, reply.headers);
        return {
          status: reply.breakStatus ?? answer.status,
          body: reply.body === undefined ? answer.body : asText(reply.body),
        };
      },
    }),
  };
}

type Services = Pick<CoprocessorConfig, 'supergraph' | 'execution'>;

function createResultStages(
  at: (name: StageName, stage: object | null | undefined) => Ask | null,
  supergraph: Services['supergraph'],
  execution: Services['execution'],
): RequestStages {
  const [supergraphRequest, supergraphResponse, executionRequest, executionResponse] = [
    at('SupergraphRequest', supergraph.request),
    at('SupergraphResponse', supergraph.response),
    at('ExecutionRequest', execution.request),
    at('ExecutionResponse', execution.response),
  ];
  return {
    ...(supergraphRequest && {
      async supergraphRequest(request, context) {
        const say = () => ({ headers: toHeaderLists(context.headers), body: request });
        const reply = await supergraphRequest(say, { context });
        if (!reply) return request;
        takeRequestHeaders(context, reply);
        if (reply.breakStatus !== null) throw endedWith(reply, context);
        if (reply.body === undefined) return request;
        if (!isObject(reply.body)) throw wrongBody('SupergraphRequest', 'an object with query, variables and so on');
        return reply.body as GraphQLRequest;
      },
    }),
    ...(executionRequest && {
      async executionRequest(request, planOf, context) {
        const say = () => ({
          headers: toHeaderLists(context.headers),
          body: request,
          get queryPlan() {
            return describePlan(planOf());
          },
        });
        const reply = await executionRequest(say, { context });
        if (reply) takeRequestHeaders(context, reply);
        if (reply && reply.breakStatus !== null) throw endedWith(reply, context);
      },
    }),
    ...(supergraphResponse && { supergraphResponse: toResultStage(supergraphResponse) }),
    ...(executionResponse && { executionResponse: toResultStage(executionResponse) }),
  };
}

function toResultStage(ask: Ask): NonNullable<RequestStages['supergraphResponse']> {
  return async (result: GraphQLResult, context: RequestContext, { isFirst, hasNext }: StreamPlace) => {
    const status = context.status ?? 200;
    const headers = context.answerHeaders?.all();
    const say = () => ({
      body: result,
      hasNext,
      ...(isFirst && { headers: toHeaderLists(headers ?? {}), statusCode: status }),
    });
    const reply = await ask(say, { context, isPrimary: isFirst, answer: { status, headers, body: result } });
    if (!reply) return result;
    if (isFirst && reply.headers) takeAnswerHeaders(context, reply.headers);
    if (reply.breakStatus !== null && isFirst) context.setStatus?.(reply.breakStatus);
    return reply.body === undefined ? result : toResult(reply.body);
  };
}

function describePlan(node: QueryPlan['node'] | null): unknown {
  const plan: QueryPlan = { kind: 'QueryPlan', ...(node && { node }) };
  return { root: node, formatted_query_plan: prettyFormatQueryPlan(plan) };
}

function wrongBody(stage: StageName, expected: string): CoprocessorError {
  return new CoprocessorError(stage, `its 'body' is wrong: expected ${expected}`, undefined);
}

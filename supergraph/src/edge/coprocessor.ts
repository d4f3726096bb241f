import { prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';
import type { Logger } from '@vibecode/platform/log';
import type { ConditionConfig } from '../config/selector.section.ts';
import type { RequestContext } from '../request/context.ts';
import type { GraphQLRequest, GraphQLResult } from '../request/message.ts';
import { EndedByStage, type RequestStages, type StreamPlace, type SubgraphAnswer } from '../request/stages.ts';
import { compileCondition } from '../telemetry/condition.ts';
import type { SelectorSource } from '../telemetry/selector.ts';
import {
  type CoprocessorClient,
  type CoprocessorConfig,
  CoprocessorError,
  createCoprocessorClient,
} from './coprocessor.client.ts';
import { takeEntries, toHeaderLists, toPlainHeaders, toSentEntries } from './coprocessor.context.ts';
import type { HeaderLists, StageMessage, StageName, StageReply } from './coprocessor.message.ts';

type Stage = NonNullable<CoprocessorConfig['router']['request']>;

/** What a message of one request may say; the stage's own settings decide what it does say. */
type Sayable = Omit<Partial<StageMessage>, 'version' | 'stage' | 'control' | 'id'>;

/** Asks at one stage; null where it is not asked, or not waited for. */
type Ask = (say: () => Sayable, source: SelectorSource) => Promise<StageReply | null>;

export interface Coprocessor extends AsyncDisposable {
  readonly stages: RequestStages;
}

/** A service that takes part in requests, at the stages that the configuration names. */
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

function createAsk(client: CoprocessorClient, name: StageName, stage: Stage, defaultUrl: string, sdl: string): Ask {
  const holds = compileCondition(stage.condition as ConditionConfig | null | undefined);
  const url = stage.url ?? defaultUrl;
  const wants = stage as unknown as Readonly<Record<string, unknown>>;
  const isResponse = name.endsWith('Response');
  return async (say, source) => {
    if (!holds(source)) return null;
    const { context } = source;
    const said = say();
    const sent = toSentEntries(context, stage.context);
    const message: StageMessage = {
      version: 1,
      stage: name,
      control: 'continue',
      id: context.id,
      subgraphRequestId: wants.subgraph_request_id ? said.subgraphRequestId : undefined,
      headers: stage.headers ? said.headers : undefined,
      body: stage.body ? said.body : undefined,
      context: sent && { entries: sent },
      sdl: wants.sdl ? sdl : undefined,
      path: wants.path ? said.path : undefined,
      method: wants.method && !isResponse ? context.method : undefined,
      statusCode: wants.status_code ? said.statusCode : undefined,
      serviceName: wants.service_name ? said.serviceName : undefined,
      uri: wants.uri ? said.uri : undefined,
      hasNext: said.hasNext,
      queryPlan: wants.query_plan ? said.queryPlan : undefined,
    };
    const traceparent = context.watch?.trace?.traceparent;
    if (stage.detached) {
      client.tell(url, message, traceparent);
      return null;
    }
    const reply = await client.ask(url, message, traceparent, context.signal);
    if (reply.entries) takeEntries(context, sent, reply.entries);
    return reply;
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

function createSubgraphStages(
  request: Ask | null,
  response: Ask | null,
): Pick<RequestStages, 'subgraphRequest' | 'subgraphResponse'> {
  return {
    ...(request && {
      async subgraphRequest(draft, id, context) {
        const subgraph = { request: draft.request, headers: draft.headers };
        const say = () => ({
          headers: toHeaderLists(draft.headers),
          body: JSON.parse(draft.body),
          uri: draft.url,
          serviceName: draft.request.subgraph,
          subgraphRequestId: id,
        });
        const reply = await request(say, { context, subgraph });
        if (!reply) return null;
        if (reply.breakStatus !== null) return toSubgraphAnswer(reply, reply.breakStatus);
        if (reply.headers) draft.headers = toPlainHeaders(reply.headers);
        if (reply.body !== undefined) draft.body = asText(reply.body);
        if (reply.uri !== null) draft.url = reply.uri;
        return null;
      },
    }),
    ...(response && {
      async subgraphResponse(draft, answer, id, context) {
        const body = parseResult(answer.body.toString('utf8'));
        const say = () => ({
          headers: toHeaderLists(answer.headers),
          body: body ?? answer.body.toString('utf8'),
          statusCode: answer.status,
          serviceName: draft.request.subgraph,
          subgraphRequestId: id,
        });
        const subgraph = {
          request: draft.request,
          headers: draft.headers,
          answer: { status: answer.status, headers: answer.headers, body },
        };
        const reply = await response(say, { context, subgraph });
        if (!reply) return answer;
        if (reply.breakStatus !== null) return toSubgraphAnswer(reply, reply.breakStatus);
        return {
          status: answer.status,
          headers: reply.headers ? toPlainHeaders(reply.headers) : answer.headers,
          body: reply.body === undefined ? answer.body : Buffer.from(asText(reply.body)),
        };
      },
    }),
  };
}

/** What a subgraph would have answered. */
function toSubgraphAnswer({ headers, body }: StageReply, status: number): SubgraphAnswer {
  return { status, headers: headers ? toPlainHeaders(headers) : {}, body: Buffer.from(JSON.stringify(toResult(body))) };
}

function endedWith({ breakStatus, body, headers }: StageReply, context: RequestContext): EndedByStage {
  if (headers) takeAnswerHeaders(context, headers);
  return new EndedByStage(breakStatus ?? 200, toResult(body));
}

/** A text is a GraphQL answer in JSON, or else the message of an error. */
function toResult(body: unknown): GraphQLResult {
  if (isObject(body)) return body as GraphQLResult;
  const parsed = typeof body === 'string' ? parseResult(body) : undefined;
  if (parsed) return parsed;
  const message = typeof body === 'string' && body !== '' ? body : 'The request was ended by the coprocessor.';
  return { errors: [{ message, extensions: { code: 'ENDED_BY_COPROCESSOR' } }] };
}

function parseResult(text: string): GraphQLResult | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as GraphQLResult) : undefined;
  } catch {
    return undefined; // a part of a stream, or no GraphQL at all
  }
}

function takeRequestHeaders(context: RequestContext, { headers, breakStatus }: StageReply): void {
  if (headers && breakStatus === null) context.headers = toPlainHeaders(headers);
}

function takeAnswerHeaders({ answerHeaders }: RequestContext, headers: HeaderLists): void {
  if (!answerHeaders) return;
  for (const name of Object.keys(answerHeaders.all())) if (!Object.hasOwn(headers, name)) answerHeaders.remove(name);
  for (const [name, values] of Object.entries(headers)) {
    if (name !== 'content-length' && name !== 'content-type') answerHeaders.set(name, values);
  }
}

function describePlan(node: QueryPlan['node'] | null): unknown {
  const plan: QueryPlan = { kind: 'QueryPlan', ...(node && { node }) };
  return { root: node, formatted_query_plan: prettyFormatQueryPlan(plan) };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function wrongBody(stage: StageName, expected: string): CoprocessorError {
  return new CoprocessorError(stage, `its 'body' is wrong: expected ${expected}`, undefined);
}

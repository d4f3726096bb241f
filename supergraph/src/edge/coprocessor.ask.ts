import type { ConditionConfig } from '../config/selector.section.ts';
import { compileCondition } from '../telemetry/condition.ts';
import type { SelectorSource } from '../telemetry/selector.ts';
import type { CoprocessorClient, CoprocessorConfig } from './coprocessor.client.ts';
import { takeEntries, toSentEntries } from './coprocessor.context.ts';
import type { StageMessage, StageName, StageReply } from './coprocessor.message.ts';

/** The configuration of a stage. */
export type Stage = NonNullable<CoprocessorConfig['router']['request']>;

/** What a message of one request can carry. The settings of the stage decide which parts are sent. */
type Sayable = Omit<Partial<StageMessage>, 'version' | 'stage' | 'control' | 'id'>;

/** Calls the coprocessor at one stage. Null when the stage is off, or when its reply is not waited for. */
export type Ask = (say: () => Sayable, source: SelectorSource) => Promise<StageReply | null>;

/** Calls the coprocessor at a stage by that stage's configuration. @param sdl SDL of the supergraph */
export function createAsk(
  client: CoprocessorClient,
  name: StageName,
  stage: Stage,
  defaultUrl: string,
  sdl: string,
): Ask {
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

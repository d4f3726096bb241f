import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import type { SelectorLevel } from '../config/selector.section.ts';
import { compileAttributes } from './attributes.ts';
import { compileCondition } from './condition.ts';
import type { SelectorSource } from './selector.ts';

type EventsConfig = RouterConfig['telemetry']['instrumentation']['events'][SelectorLevel];

/** When something of a service is told. */
type Moment = 'request' | 'response' | 'event_response' | 'error';

type TellEvents = (source: SelectorSource) => void;

/** What tells at each moment; moments that nothing is told at are left out. */
export type EventsByMoment = Partial<Record<Moment, TellEvents>>;

const STANDARD: ReadonlySet<string> = new Set(['request', 'response', 'error']);
/** Never in a line of the log. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'proxy-authorization',
  'x-api-key',
]);

/** Lines of the log, as `telemetry.instrumentation.events` asks for them. */
export function compileEvents(level: SelectorLevel, config: EventsConfig, log: Logger): EventsByMoment {
  const tellers = new Map<Moment, TellEvents[]>();
  const add = (moment: Moment, tell: TellEvents) => tellers.set(moment, [...(tellers.get(moment) ?? []), tell]);
  for (const [name, event] of Object.entries(config)) {
    if (!event || event.level === 'off') continue;
    const logLevel = event.level;
    const holds = compileCondition(event.condition);
    if (STANDARD.has(name)) {
      const moment = name as 'request' | 'response' | 'error';
      add(moment, (source) => {
        if (!holds(source)) return;
        const said = { action: `${level}.${name}`, requestId: source.context.id, ...describe(level, moment, source) };
        log[logLevel](said, `${level} ${name}`);
      });
      continue;
    }
    const custom = event as Extract<typeof event, { message: string }>;
    const attributes = compileAttributes(level, custom.attributes);
    add(custom.on, (source) => {
      if (!holds(source)) return;
      const said: Record<string, unknown> = {};
      attributes?.read((key, value) => {
        said[key] = value;
      }, source);
      const fields = { action: 'telemetry.event', type: name, requestId: source.context.id, attributes: said };
      log[logLevel](fields, custom.message);
    });
  }
  return Object.fromEntries(
    [...tellers].map(([moment, all]): [Moment, TellEvents] => [
      moment,
      (source) => {
        for (const tell of all) tell(source);
      },
    ]),
  );
}

/** What a standard event says: the request or the answer, without what signs in. */
function describe(level: SelectorLevel, moment: Moment, { context, answer, subgraph, error }: SelectorSource) {
  if (moment === 'error') return { error, ...(subgraph && { subgraph: subgraph.request.subgraph }) };
  if (level === 'subgraph' && subgraph) {
    const { request, headers } = subgraph;
    const of = { subgraph: request.subgraph, operationName: request.operationName };
    return moment === 'request'
      ? { ...of, query: request.query, headers: withoutCredentials(headers) }
      : {
          ...of,
          status: subgraph.answer?.status,
          headers: withoutCredentials(subgraph.answer?.headers),
          body: subgraph.answer?.body,
        };
  }
  if (moment === 'response') {
    return { status: answer?.status, headers: withoutCredentials(answer?.headers), body: answer?.body };
  }
  const { request } = context;
  return level === 'router'
    ? { method: context.method, path: context.watch?.path, headers: withoutCredentials(context.headers) }
    : { query: request?.query, operationName: request?.operationName, variables: request?.variables };
}

function withoutCredentials(headers: Readonly<Record<string, unknown>> | undefined) {
  return headers && Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.has(name)));
}

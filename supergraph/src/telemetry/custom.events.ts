import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import type { SelectorLevel } from '../config/selector.section.ts';
import { compileAttributes } from './attributes.ts';
import { compileCondition } from './condition.ts';
import type { SelectorSource } from './selector.ts';

type EventsConfig = RouterConfig['telemetry']['instrumentation']['events'][SelectorLevel];

/** The moment at which an event is logged. */
type Moment = 'request' | 'response' | 'event_response' | 'error';

type LogEvents = (source: SelectorSource) => void;

/** Logs the events of each moment. A moment without events is undefined. */
export type EventsByMoment = Partial<Record<Moment, LogEvents>>;

const STANDARD: ReadonlySet<string> = new Set(['request', 'response', 'error']);
/** Headers that are never logged. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'proxy-authorization',
  'x-api-key',
]);

/** Compiles the log lines that `telemetry.instrumentation.events` configures. */
export function compileEvents(level: SelectorLevel, config: EventsConfig, log: Logger): EventsByMoment {
  const loggers = new Map<Moment, LogEvents[]>();
  const add = (moment: Moment, logEvent: LogEvents) => loggers.set(moment, [...(loggers.get(moment) ?? []), logEvent]);
  for (const [name, event] of Object.entries(config)) {
    if (!event || event.level === 'off') continue;
    const logLevel = event.level;
    const holds = compileCondition(event.condition);
    if (STANDARD.has(name)) {
      const moment = name as 'request' | 'response' | 'error';
      add(moment, (source) => {
        if (!holds(source)) return;
        const fields = { action: `${level}.${name}`, requestId: source.context.id, ...describe(level, moment, source) };
        log[logLevel](fields, `${level} ${name}`);
      });
      continue;
    }
    const custom = event as Extract<typeof event, { message: string }>;
    const attributes = compileAttributes(level, custom.attributes);
    add(custom.on, (source) => {
      if (!holds(source)) return;
      const values: Record<string, unknown> = {};
      attributes?.read((key, value) => {
        values[key] = value;
      }, source);
      const fields = { action: 'telemetry.event', type: name, requestId: source.context.id, attributes: values };
      log[logLevel](fields, custom.message);
    });
  }
  return Object.fromEntries(
    [...loggers].map(([moment, all]): [Moment, LogEvents] => [
      moment,
      (source) => {
        for (const logEvent of all) logEvent(source);
      },
    ]),
  );
}

/** The fields of a standard event: the request or the answer, without credentials. */
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

import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { SelectedValue, SelectorConfig } from '../config/selector.section.ts';
import { readContextEntry } from '../request/context.entries.ts';
import type { RequestContext } from '../request/context.ts';
import type { AnswerHeaders } from '../request/hooks.ts';
import { compileJsonPath } from '../request/json.path.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';

/** The parts of an answer that exist so far. */
interface SelectedAnswer {
  readonly status?: number | undefined;
  readonly headers?: AnswerHeaders | undefined;
  readonly body?: GraphQLResult | undefined;
}

/** The input of selectors. */
export interface SelectorSource {
  readonly context: RequestContext;
  readonly answer?: SelectedAnswer | undefined;
  /** False for the second and further results of a stream. */
  readonly isPrimary?: boolean;
  /** The reason of a failure; undefined without one. */
  readonly error?: string | undefined;
  /** The fetch, at the level `subgraph`. */
  readonly subgraph?: {
    readonly request: SubgraphRequest;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly answer?: SelectedAnswer | undefined;
  };
}

/** Selects a value; undefined if there is none. */
export type Select = (source: SelectorSource) => unknown;

/** Compiles a literal value or a selector. A selector without a result has its default. */
export function compileValue(value: SelectedValue): Select {
  return isSelector(value) ? compileSelector(value) : () => value;
}

export function compileSelector(config: SelectorConfig): Select {
  const [name, argument] = Object.entries(config).find(([key]) => Object.hasOwn(COMPILERS, key)) ?? [];
  const compile = COMPILERS[name as string];
  if (!compile) throw new Error(`expected a selector, got ${JSON.stringify(config)}`);
  const select = compile(argument as never);
  const fallback = config.default ?? undefined;
  return fallback === undefined ? select : (source) => select(source) ?? fallback;
}

function isSelector(value: SelectedValue): value is SelectorConfig {
  return typeof value === 'object' && !Array.isArray(value);
}

const COMPILERS: Readonly<Record<string, (argument: never) => Select>> = {
  static: (value: unknown) => () => value,
  env: (name: string) => {
    const value = process.env[name];
    return () => value;
  },
  baggage: (name: string) => (source) => readBaggage(source.context, name),
  error: () => (source) => source.error,
  request_context: (key: string) => (source) => readContextEntry(source.context, key),
  response_context: (key: string) => (source) => readContextEntry(source.context, key),
  trace_id: (format: string) => (source) => toTraceId(source.context.watch?.trace?.traceId, format),
  request_method: (isWanted: boolean) => (source) => (isWanted ? source.context.method : undefined),

  operation_name: (form: string) => (source) => toNamed(nameOf(source), form),
  operation_kind: () => (source) => source.context.watch?.operation?.kind,
  query: () => (source) => source.context.watch?.operation?.query ?? source.context.request?.query,
  query_variable: (name: string) => (source) => ownOf(source.context.request?.variables, name),
  request_header: (name: string) => (source) => source.context.headers[name],
  supergraph_operation_name: (form: string) => (source) => toNamed(nameOf(source), form),
  supergraph_operation_kind: () => (source) => source.context.watch?.operation?.kind,
  supergraph_query: () => (source) => source.context.watch?.operation?.query,
  supergraph_query_variable: (name: string) => (source) => ownOf(source.context.request?.variables, name),
  supergraph_request_header: (name: string) => (source) => source.context.headers[name],

  ...ofAnswer('response_', 'on_graphql_error', (source) => source.answer),
  response_body: (isWanted: boolean) => (source) =>
    isWanted && source.answer?.body ? JSON.stringify(source.answer.body) : undefined,
  is_primary_response: (isWanted: boolean) => (source) => (source.isPrimary !== false) === isWanted,

  subgraph_name: (isWanted: boolean) => (source) => (isWanted ? source.subgraph?.request.subgraph : undefined),
  subgraph_operation_name: (form: string) => (source) => toNamed(source.subgraph?.request.operationName, form),
  subgraph_operation_kind: () => (source) => source.subgraph?.request.kind,
  subgraph_query: () => (source) => source.subgraph?.request.query,
  subgraph_query_variable: (name: string) => (source) => ownOf(source.subgraph?.request.variables, name),
  subgraph_request_header: (name: string) => (source) => source.subgraph?.headers?.[name],
  ...ofAnswer('subgraph_response_', 'subgraph_on_graphql_error', (source) => source.subgraph?.answer),
};

function ofAnswer(
  prefix: string,
  onError: string,
  answerOf: (source: SelectorSource) => SelectedAnswer | undefined,
): Record<string, (argument: never) => Select> {
  return {
    [`${prefix}header`]: (name: string) => (source) => answerOf(source)?.headers?.[name]?.toString(),
    [`${prefix}status`]: (form: string) => (source) => {
      const status = answerOf(source)?.status;
      return status === undefined || form === 'code' ? status : STATUS_CODES[status];
    },
    [`${prefix}data`]: (path: string) => {
      const read = compileJsonPath(path);
      return (source) => read(answerOf(source)?.body?.data ?? undefined);
    },
    [`${prefix}errors`]: (path: string) => {
      // `$.[0]` and `$[0]` select the first error.
      const read = compileJsonPath(path);
      return (source) => read(answerOf(source)?.body?.errors);
    },
    [onError]: (isWanted: boolean) => (source) => {
      const answer = answerOf(source);
      return answer ? (answer.body?.errors?.length ?? 0) > 0 === isWanted : undefined;
    },
  };
}

function nameOf({ context }: SelectorSource): string | undefined {
  return context.watch?.operation?.operation.name?.value ?? context.request?.operationName ?? undefined;
}

function toNamed(name: string | undefined, form: string): string | undefined {
  return name !== undefined && form === 'hash' ? createHash('sha256').update(name).digest('hex') : name;
}

function ownOf(values: Readonly<Record<string, unknown>> | null | undefined, name: string): unknown {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Datadog's ids are the lower 64 bits, in decimal digits. */
function toTraceId(traceId: string | undefined, format: string): string | undefined {
  return traceId !== undefined && format === 'datadog' ? BigInt(`0x${traceId.slice(16)}`).toString() : traceId;
}

function readBaggage({ watch, headers }: RequestContext, name: string): string | undefined {
  for (const member of (watch?.trace?.baggage ?? headers.baggage ?? '').split(',')) {
    const [pair = ''] = member.split(';', 1);
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return decodeValue(pair.slice(at + 1).trim());
  }
  return undefined;
}

function decodeValue(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoded
  }
}

import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import type { Span } from '@opentelemetry/api';
import type { GraphQLFormattedError } from 'graphql';
import type { GraphQLRequest, GraphQLResult, SubgraphRequest, SubscriptionStream } from './message.ts';
import type { ParsedOperation } from './parsed.operation.ts';

/** What carried an operation. */
export type ClientTransport = 'http' | 'websocket' | 'mcp';

/** W3C Trace Context and Baggage, as headers or as `extensions` of a subscription. */
export interface TraceHeaders {
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly baggage: string | undefined;
}

/** Makes the spans of one sampled operation. Times are `performance.now()`'s. */
export interface SpanRecorder {
  readonly root: Span;
  /** Notes work that is done. */
  record(name: string, startMs: number): void;
  /** What is fetched until it ends is its child. */
  startExecution(): Span;
  startFetch(subgraph: string, operationName: string | undefined): Span;
  /** One event of a subscription, or several that are completed together. */
  startEvent(subgraph: string, events: number): Span;
}

/** An operation's place in a trace. */
export interface ObservedTrace extends TraceHeaders {
  readonly traceId: string | undefined;
  /** Null for an operation that is not sampled. */
  readonly recorded: SpanRecorder | null;
}

/** Gathers what log, metrics and traces say of one operation while it runs. Telemetry implements it. */
export interface OperationObserver {
  readonly transport: ClientTransport;
  readonly startMs: number;
  operation: ParsedOperation | undefined;
  /** Errors of the answer, or of the events so far. */
  readonly errors: number;
  /** Code of the first of them. */
  readonly errorCode: string | undefined;
  /** Null when nothing is known of a trace. */
  readonly trace: ObservedTrace | null;
  note(errors: readonly GraphQLFormattedError[]): void;
  /** Of the request, or the pattern that it matched. */
  readonly path?: string;
  /** Told once the operation is known; left out where nobody wants to know. */
  readonly begins?: () => void;
  /** Told of each result as the client gets it; left out where nobody wants to know. */
  readonly sees?: (result: GraphQLResult) => void;
}

/** Gathers what subgraphs tell of their own work, for plugins. */
export interface FetchObserver {
  /** Whether requests ask subgraphs for their traces. */
  readonly areWanted: boolean;
  /** @param header a subgraph's `Cache-Control` */
  restrictCache(header: string | string[] | undefined): void;
  planned(plan: PlanNode | SubscriptionNode | null): void;
  /** A fetch begins; the function that comes back is called with its result. */
  start(request: SubgraphRequest): (result: GraphQLResult) => void;
}

/** Takes one operation through Apollo Server's plugins. The plugin host implements it. */
export interface OperationPlugins {
  readonly fetches: FetchObserver;
  /**
   * @param request as it came
   * @param resolved with the text of a persisted query
   */
  didResolveSource(request: GraphQLRequest, resolved: GraphQLRequest): Promise<void>;
  /**
   * Parses and validates. Plugins hear of both when a text is new, and in any case of what is wrong with it.
   * @throws what `prepare` throws, or what a plugin refuses the operation with
   */
  prepare<Operation extends ParsedOperation>(prepare: () => Operation, isKnown: boolean): Promise<Operation>;
  /** Executes, unless a plugin answers in the graph's place. */
  execute(run: () => Promise<GraphQLResult>): Promise<GraphQLResult>;
  /**
   * @param raw with the errors as they are
   * @param finished as the client is to see it
   * @param operation null when the request was refused before it was one
   */
  finish(raw: GraphQLResult, finished: GraphQLResult, operation: ParsedOperation | null): Promise<GraphQLResult>;
  /** A stream's events are subsequent payloads to the plugins; its end is one without `hasNext`. */
  watch(stream: SubscriptionStream): Promise<SubscriptionStream>;
}

/** What goes on to subgraphs of the trace that a request belongs to. */
export function traceHeadersOf(context: {
  readonly watch?: OperationObserver;
  readonly traceparent?: string;
}): TraceHeaders {
  return context.watch?.trace ?? { traceparent: context.traceparent, tracestate: undefined, baggage: undefined };
}

import type { GraphQLFormattedError } from 'graphql';

/** One GraphQL request as a client sends it (https://graphql.github.io/graphql-over-http). */
export interface GraphQLRequest {
  query?: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: Record<string, unknown> | null;
}

/** One GraphQL response: without `data` the request was refused before execution. */
export interface GraphQLResult {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
  /** The whole result as JSON text, where it need not be read: `data` is parsed when it is asked for. */
  readonly bytes?: Buffer;
}

export type OperationType = 'query' | 'mutation' | 'subscription';

/** Names in lower case; what came more than once is a list. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Which streams a client takes: null for those that it does not. */
export interface AcceptedStreams {
  readonly subscription: object | null;
  readonly defer: object | null;
}

/** Where a subscription's events go: a client's connection. */
export interface EventSink {
  /**
   * One GraphQL result as JSON text. False when no more should come until `resume` is called; this one was
   * taken all the same.
   */
  next(result: string): boolean;
  /** Nothing follows. */
  complete(): void;
}

/** A subscription that was admitted. It begins when a sink is attached, or when it is iterated: one of them, once. */
export interface SubscriptionStream extends AsyncIterable<GraphQLResult> {
  /** Set for the parts of an answer to `@defer`. */
  readonly isDeferred?: boolean;
  attach(sink: EventSink): void;
  /** The sink takes more again. */
  resume(): void;
  /** The client wants no more, or is gone: the operation ends at the subgraph at once, and nothing more goes to the sink. */
  stop(): void;
}

/** One operation against one subgraph, as planned. */
export interface SubgraphRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly kind: OperationType;
  /** The whole request as JSON text, where the caller has it already; says the same as the fields above. */
  readonly body?: string;
  /** Whether the body of an answer is the result as it stands: then it is not parsed. Left out: none is. */
  readonly isFinished?: ((body: Buffer) => boolean) | undefined;
  /** `Accept`, where it is not the usual one. */
  readonly accept?: string;
  /** Told of the headers that it is about to be sent with. */
  readonly onRequest?: (headers: Readonly<Record<string, string>>) => void;
  /** Told of the answer's headers, names in lower case; not when the subgraph could not be reached. */
  readonly onResponse?: (headers: Readonly<Record<string, string | string[] | undefined>>, status: number) => void;
  /** Of the fetch's own span, where it has one. */
  traceparent?: string;
  /** Whether the request asks for a trace of the subgraph's own work (`extensions.ftv1`). */
  includesTrace?: boolean;
}

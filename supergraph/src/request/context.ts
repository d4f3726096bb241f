import type { CancelSignal } from './cancellation.ts';
import type { AcceptedStreams, GraphQLRequest, GraphQLResult, SubgraphRequest, SubscriptionStream } from './message.ts';
import type { OperationObserver, OperationPlugins } from './observer.ts';

/** A verified viewer. `key` tells identities apart for deduplication and multiplexing; it is never `''`. */
export interface Identity {
  readonly key: string;
  readonly subject: string;
  /** The JWT as it goes on to subgraphs, without `Bearer `. */
  readonly token: string;
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
  readonly sessionId?: string;
  readonly expiresAtMs?: number;
}

/** What Apollo Router calls the context of a request: what a coprocessor has put there, beside what the gateway knows itself. */
export type ContextEntries = Map<string, unknown>;

/** Headers of an answer that has not begun; names in lower case. */
export interface AnswerHeaderAccess {
  all(): Readonly<Record<string, string | string[] | undefined>>;
  set(name: string, values: readonly string[]): void;
  remove(name: string): void;
}

/** The client's side of one operation, whatever the transport. */
export interface RequestContext {
  /** Request id, for logs and masked errors. */
  readonly id: string;
  /** Headers of the client's request (or of the WebSocket's upgrade), names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  readonly identity: Identity | null;
  /** Aborted when the client goes away or the operation times out; it reaches down to the subgraph's socket. */
  readonly signal: CancelSignal;
  readonly traceparent?: string;
  readonly clientName?: string;
  readonly clientVersion?: string;
  /** `extensions` of the client's request. */
  readonly extensions?: Record<string, unknown>;
  /** The client's request as it came, once it has been read. */
  request?: GraphQLRequest;
  /** What a coprocessor has left for later stages; left out while there is nothing. */
  entries?: ContextEntries;
  /** Where the client's connection comes from. */
  readonly remoteAddress?: string;
  /** Set for an operation whose text is the operator's own. It needs no place in a list of persisted operations. */
  isListed?: boolean;
  /** Set for a request that must change nothing: a GET, or a model that may only read. Mutations are refused. */
  readonly isReadOnly?: boolean;
  /** Ends the operation: `signal` aborts with this reason. */
  abort?(reason: Error): void;
  /** What is noted of the operation for log, metrics and traces. */
  readonly watch?: OperationObserver;
  /** The operation's way through Apollo Server's plugins, where there are any. */
  plugin?: OperationPlugins;
  /** Whether the transport takes results as bytes. */
  readonly takesBytes?: boolean;
  /** Of the HTTP request; left out for other transports. */
  readonly method?: string | undefined;
  /** Of the answer, where something has set it. */
  readonly status?: number | undefined;
  /** Headers of the answer as they are so far, on transports that have such. */
  readonly answerHeaders?: AnswerHeaderAccess;
  /** Sets the answer's HTTP status in place of the usual one. */
  setStatus?(status: number): void;
  /** Sets a header of the answer, on transports that have such. */
  setHeader?(name: string, value: string): void;
  /** As `setHeader`, beside what is there: `set-cookie`. */
  appendHeader?(name: string, value: string | readonly string[]): void;
}

/**
 * The whole pipeline behind every transport: parse, validate, limit, authorize, plan, execute.
 * HTTP, WebSocket, SSE and multipart only translate to and from it.
 */
export interface GatewayCore {
  /** Runs a query or mutation. Never rejects: what goes wrong is in `errors`. */
  execute(request: GraphQLRequest, context: RequestContext): Promise<GraphQLResult>;
  /**
   * Runs whatever it is: a stream for a subscription and for an answer in parts, else a result.
   * @param accepts streams that the client takes; default all
   */
  subscribe(
    request: GraphQLRequest,
    context: RequestContext,
    accepts?: AcceptedStreams,
  ): Promise<SubscriptionStream | GraphQLResult>;
}

/** How the executor reaches subgraphs. */
export interface SubgraphTransport {
  /** Never rejects but on abort: an unreachable subgraph is a result with `errors` and no `data`. */
  fetch(request: SubgraphRequest, context: RequestContext): Promise<GraphQLResult>;
}

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { Identity, RequestContext, SubgraphTransport } from './context.ts';
import type { AnswerHeaders, GraphQLRequest, GraphQLResult, SubgraphRequest } from './message.ts';

import type { AuthorizedOperation, ParsedOperation } from './parsed.operation.ts';
import type { RequestStages } from './stages.ts';

export type { AnswerHeaders } from './message.ts';

/** How many operations may come as a list in one POST. */
export interface Batching {
  /** Null: no limit but the body's. */
  readonly maximumSize: number | null;
}

/** Answers every request at a path of its own. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What an operation was estimated to cost, and did. */
export interface MeasuredCost {
  readonly operationName: string | undefined;
  readonly estimated: number;
  /** Null for what did not run, and for subscriptions. */
  readonly actual: number | null;
  readonly result: 'COST_OK' | 'COST_ESTIMATED_TOO_EXPENSIVE';
}

/** How mutations sign the client in: the rest of the operation runs as whoever they say. */
export interface SignIn {
  /** Subgraphs that are believed. */
  readonly subgraphs: ReadonlySet<string>;
  /** Of their answers, in lower case: a token signs its viewer in, an empty value signs the viewer out. */
  readonly headerName: string;
  /** Headers of requests by which viewers sign in, in lower case: they hold for the viewer that came with them only. */
  readonly credentialHeaders: readonly string[];
  /** @throws UnauthenticatedError */
  verify(token: string): Identity | Promise<Identity>;
}

/**
 * Where features of the edge attach. A hook left out costs nothing. A hook that throws an `AppError` (or a
 * `GraphQLError`) refuses the request with its code; anything else thrown is masked.
 */
export interface GatewayHooks {
  /** Every HTTP request, before anything else: CORS, CSRF, rate limits, routes. True when it has been answered. */
  handleHttp?(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>;
  /**
   * Identifies the client. By default a bearer token goes on to the subgraphs as it is, unverified, and each verifies it.
   * @throws AppError `UNAUTHENTICATED` for a credential that does not verify: HTTP answers 401
   */
  identify?(
    headers: RequestContext['headers'],
    /** Payload of `connection_init`, for WebSockets. */
    connectionParams?: Readonly<Record<string, unknown>>,
    remoteAddress?: string,
  ): Identity | null | Promise<Identity | null>;
  /** The client's address where a proxy stands in front of the gateway. Left out: that of the connection. */
  findAddress?(headers: RequestContext['headers'], remoteAddress: string | undefined): string;
  /** Left out: an operation runs as one viewer from beginning to end. */
  readonly signIn?: SignIn;
  /**
   * Before the body of an HTTP request is read.
   * @throws AppError `RATE_LIMITED` for a client that is known to have nothing left
   */
  assertBudget?(context: RequestContext): void;
  /** Counts a request that is no operation. Rejects with `RATE_LIMITED` for a client that has nothing left. */
  countRequest?(context: Pick<RequestContext, 'headers' | 'remoteAddress' | 'identity' | 'setHeader'>): Promise<void>;
  /** Counts a request or message that could not be read. Rejects with `RATE_LIMITED` for a client that has nothing left. */
  countMalformed?(context: Pick<RequestContext, 'headers' | 'remoteAddress' | 'identity'>): Promise<void>;
  /** Whether a WebSocket may be opened: a page of a foreign origin may not, where a cookie signs in. */
  allowUpgrade?(headers: RequestContext['headers']): boolean;
  /** Whether a page of this origin, given with that of the gateway itself, may send requests. Left out: any may. */
  allowsOrigin?(origin: string, host: string | undefined): boolean;
  /** Calls back when a session ends; the answer stops that. */
  onRevoked?(listener: (sessionId: string) => void): () => void;
  /** Headers in which clients say their name and version. Default `apollographql-client-name` and `-version`. */
  readonly clientHeaders?: { readonly name: string; readonly version: string };
  /** Whether lists of operations are taken in one POST. Left out: they are refused. */
  readonly batching?: Batching;
  /** Clients that go away before their answer are logged. */
  readonly logsBrokenPipes?: boolean;
  /** Every GraphQL request of every transport, first: persisted queries and safelists put the query's text here. */
  resolveRequest?(request: GraphQLRequest, context: RequestContext): GraphQLRequest | Promise<GraphQLRequest>;
  /** The text before it is parsed, once for each operation: token limits. */
  checkText?(query: string): void;
  /** The document before it is validated: what would take long. */
  checkDocument?(document: DocumentNode): void;
  /** Once for each operation, before it is validated: depth and other limits. Its fragments spread in no circle. */
  checkOperation?(operation: ParsedOperation): void;
  /** Which fields a viewer may ask for: once for each operation and `key`. */
  readonly authorize?: {
    /** Tells viewers apart as far as their rights differ: plans are cached by it. */
    key(context: RequestContext): string;
    filter(operation: ParsedOperation, context: RequestContext): AuthorizedOperation;
  };
  /** Every operation before it runs, variables coerced: cost and rate limits. A result answers in its place. */
  admit?(
    operation: ParsedOperation,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
    /** How it would be run, planned when first asked for. @throws RefusedRequestError when it cannot be planned */
    plans: () => readonly (PlanNode | SubscriptionNode)[],
  ): undefined | GraphQLResult | Promise<undefined | GraphQLResult>;
  /** Labels of progressive overrides that are on beside the `percent(x)` ones. */
  overrideLabels?(context: RequestContext): Iterable<string>;
  /** Headers for a subgraph beside the gateway's own, names in lower case. */
  subgraphHeaders?(request: SubgraphRequest, context: RequestContext): Readonly<Record<string, string>> | undefined;
  /** Headers of a subgraph's answer, names in lower case: some may be passed on to the client. */
  takeSubgraphHeaders?(subgraph: string, headers: AnswerHeaders, context: RequestContext): void;
  /** Stands between the plans of queries and mutations and the subgraphs. */
  wrapTransport?(transport: SubgraphTransport): SubgraphTransport;
  /** Every result on its way out: masking, extensions. Only called for results with errors unless `finishesAll`. */
  finishResult?(result: GraphQLResult, context: RequestContext): GraphQLResult;
  readonly finishesAll?: boolean;
  /** Where a coprocessor takes part. */
  readonly stages?: RequestStages;
}

import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import type { RequestContext } from './context.ts';
import type { AnswerHeaders, GraphQLRequest, GraphQLResult, SubgraphRequest } from './message.ts';

/** A request to a subgraph as it is about to be sent; what a stage changes is sent. */
export interface SubgraphCallDraft {
  readonly request: SubgraphRequest;
  /** Undefined when instances take turns: then only a stage that wants it has it asked. */
  url: string;
  headers: Record<string, string>;
  /** JSON text. */
  body: string;
}

/** A subgraph's answer, or what stands in its place. */
export interface SubgraphAnswer {
  status: number;
  headers: AnswerHeaders;
  body: Buffer;
}

/** An answer to a client over HTTP, or one part of it. */
export interface HttpAnswer {
  /** Of the first part. */
  readonly status: number;
  readonly body: string;
}

/**
 * Where a coprocessor takes part. A stage that is left out is not asked for. Each throws what the request is answered with: an
 * `AppError` when the coprocessor fails, an `EndedByStage` when it ends the request.
 */
export interface RequestStages {
  /** @returns the body to go on with; null for a request without one */
  routerRequest?(body: string | null, path: string, context: RequestContext): Promise<string | null>;
  /** @param isFirst status and headers can still change */
  routerResponse?(answer: HttpAnswer, context: RequestContext, isFirst: boolean): Promise<HttpAnswer>;
  supergraphRequest?(request: GraphQLRequest, context: RequestContext): Promise<GraphQLRequest>;
  supergraphResponse?(result: GraphQLResult, context: RequestContext, place: StreamPlace): Promise<GraphQLResult>;
  executionRequest?(
    request: GraphQLRequest,
    planOf: () => PlanNode | SubscriptionNode | null,
    context: RequestContext,
  ): Promise<void>;
  executionResponse?(result: GraphQLResult, context: RequestContext, place: StreamPlace): Promise<GraphQLResult>;
  /** @returns the answer that stands in the subgraph's place, or null to ask it */
  subgraphRequest?(draft: SubgraphCallDraft, id: string, context: RequestContext): Promise<SubgraphAnswer | null>;
  subgraphResponse?(
    draft: SubgraphCallDraft,
    answer: SubgraphAnswer,
    id: string,
    context: RequestContext,
  ): Promise<SubgraphAnswer>;
}

/** Where in an answer a result stands. */
export interface StreamPlace {
  readonly isFirst: boolean;
  /** Undefined for an answer in one piece. */
  readonly hasNext: boolean | undefined;
}

/** A request that a stage ends: the client gets this answer. */
export class EndedByStage extends Error {
  constructor(
    readonly status: number,
    readonly result: GraphQLResult,
    /** The body as text where it is no GraphQL result. */
    readonly text: string | null = null,
  ) {
    super(`Ended by a coprocessor with status ${status}.`);
  }
}

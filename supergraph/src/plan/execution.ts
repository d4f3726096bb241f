import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import type { AnswerHeaders } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import type { FetchedEntities } from './fetched.entities.ts';
import type { JsonObject } from './merge.ts';

/** One run of a plan: what it reads, and what it gathers in place. */
export interface Execution {
  /** What the fetches have brought so far. Plans merge into it. */
  readonly data: JsonObject;
  readonly errors: GraphQLFormattedError[];
  /** Errors of parts of the answer that come before this one. */
  readonly earlierErrors?: readonly GraphQLFormattedError[];
  /** As the client sent them: each subgraph coerces and defaults them by its own schema. */
  readonly variables: JsonObject;
  /** Coerced and defaulted, for the conditions of `@skip` and `@include`. */
  readonly conditions: JsonObject;
  readonly context: RequestContext;
  readonly transport: SubgraphTransport;
  /** What a query has fetched already. Left out where the same may not be the same a moment later: in mutations. */
  readonly entities?: FetchedEntities;
  /** For a plan of one fetch: whether its answer is the client's as it stands, and need not be parsed. */
  isFinished?: ((body: Buffer) => boolean) | undefined;
  /** The client's answer, when it was. */
  finished?: GraphQLResult;
  /** Told of the headers of subgraphs' answers. */
  readonly onHeaders?: (headers: AnswerHeaders) => void;
  /** Told of fetches that have an id: what is deferred waits for them. */
  readonly onFetched?: (id: string) => void;
}

/** A compiled plan node. Rejects only when the context's signal aborts. */
export type PlanStep = (execution: Execution) => Promise<void>;

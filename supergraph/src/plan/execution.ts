import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import type { AnswerHeaders } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import type { FetchedEntities } from './fetched.entities.ts';
import type { JsonObject } from './merge.ts';

/** One run of a plan: its inputs, and the data and errors that it collects in place. */
export interface Execution {
  /** The fetched data so far. Fetches merge their answers into it. */
  readonly data: JsonObject;
  readonly errors: GraphQLFormattedError[];
  /** Errors of earlier parts of the answer. */
  readonly earlierErrors?: readonly GraphQLFormattedError[];
  /** The client's variables, unchanged: each subgraph applies coercion and defaults by its own schema. */
  readonly variables: JsonObject;
  /** The variables after coercion and defaults, for the conditions of `@skip` and `@include`. */
  readonly conditions: JsonObject;
  readonly context: RequestContext;
  readonly transport: SubgraphTransport;
  /** Entities that a query has fetched already. Undefined in mutations, where an entity may change between fetches. */
  readonly entities?: FetchedEntities;
  /** For a plan of one fetch: whether the body of its answer has the client's form already, and need not be parsed. */
  isFinished?: ((body: Buffer) => boolean) | undefined;
  /** The client's answer, if `isFinished` returned true. */
  finished?: GraphQLResult;
  /** Called with the headers of each subgraph's answer. */
  readonly onHeaders?: (headers: AnswerHeaders) => void;
  /** Called when a fetch with an id has ended: deferred blocks wait for it. */
  readonly onFetched?: (id: string) => void;
}

/** A compiled plan node. It rejects only if the context's signal aborts. */
export type PlanStep = (execution: Execution) => Promise<void>;

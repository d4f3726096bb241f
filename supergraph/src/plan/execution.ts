import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import type { JsonObject } from './merge.ts';

/** One run of a plan: what it reads, and what it gathers in place. */
export interface Execution {
  /** What the fetches have brought so far. Plans merge into it. */
  readonly data: JsonObject;
  readonly errors: GraphQLFormattedError[];
  /** As the client sent them: each subgraph coerces and defaults them by its own schema. */
  readonly variables: JsonObject;
  /** Coerced and defaulted, for the conditions of `@skip` and `@include`. */
  readonly conditions: JsonObject;
  readonly context: RequestContext;
  readonly transport: SubgraphTransport;
  /** Told of fetches that have an id: what is deferred waits for them. */
  readonly onFetched?: (id: string) => void;
}

/** A compiled plan node. Rejects only when the context's signal aborts. */
export type PlanStep = (execution: Execution) => Promise<void>;

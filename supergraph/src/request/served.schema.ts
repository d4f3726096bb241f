import type { Schema } from '@apollo/federation-internals';
import type { GraphQLSchema } from 'graphql';

/** What features of the edge may know of the supergraph that an operation runs on. */
export interface ServedSchema {
  readonly sdl: string;
  /** SHA-256 of the SDL, in hex: tells versions of a supergraph apart. */
  readonly hash: string;
  /** What clients see and are validated against: without federation's own machinery and what is `@inaccessible`. */
  readonly apiSchema: GraphQLSchema;
  /** All of the supergraph, `@inaccessible` types included: for directives such as `@authenticated` or `@cost`. */
  readonly fullSchema: Schema;
  /** Subgraph name to routing URL. */
  readonly subgraphs: ReadonlyMap<string, string>;
}

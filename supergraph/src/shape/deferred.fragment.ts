import type { GraphQLFormattedError } from 'graphql';
import type { JsonObject } from '../plan/merge.ts';

/** A fragment that is answered later, on one object. */
export interface DeferredFragment {
  readonly id: string;
  /** Of the object, in the answer. */
  readonly path: readonly (string | number)[];
  /** Whether the fragment has this response key on this object. */
  has(key: string): boolean;
  /** As `Shape.shape`. */
  shape(
    errors: GraphQLFormattedError[],
    deferred: DeferredFragment[],
    earlierErrors?: readonly GraphQLFormattedError[],
  ): JsonObject | null;
}

import type { GraphQLFormattedError } from 'graphql';
import type { JsonObject } from '../plan/merge.ts';

/** A deferred fragment on one object. */
export interface DeferredFragment {
  readonly id: string;
  /** The object's path in the answer. */
  readonly path: readonly (string | number)[];
  /** Whether the fragment selects this response key on this object. */
  has(key: string): boolean;
  /** See `Shape.shape`. */
  shape(
    errors: GraphQLFormattedError[],
    deferred: DeferredFragment[],
    earlierErrors?: readonly GraphQLFormattedError[],
  ): JsonObject | null;
}

import type { GraphQLFormattedError } from 'graphql';
import { originOf, type ResponsePath } from './error.origin.ts';

interface Place {
  /** Any error at this position or below it. */
  readonly error: GraphQLFormattedError;
  /** Whether an error is at this very position. */
  isEnd: boolean;
  readonly below: Map<string | number, Place>;
}

/**
 * Errors by the positions that they are at, or explain. A null needs no error of its own when one is at, above or below it:
 * the specification allows one error for a field (6.4.4).
 */
export class ErrorIndex {
  #top: Place | undefined;

  constructor(errors: Iterable<GraphQLFormattedError>) {
    for (const error of errors) this.add(error);
  }

  add(error: GraphQLFormattedError): void {
    if (error.path) this.#insert(error.path, error);
    for (const position of originOf(error).explains ?? []) this.#insert(position, error);
  }

  /** The error that explains a null at this position. */
  find(position: ResponsePath): GraphQLFormattedError | undefined {
    return this.#top && findFrom(this.#top, position, 0);
  }

  /** `... on Type`, which names a fragment that was taken away, is not a step. */
  #insert(path: ResponsePath, error: GraphQLFormattedError): void {
    this.#top ??= { error, isEnd: false, below: new Map() };
    let place = this.#top;
    for (const step of path) {
      if (place.isEnd) return;
      if (typeof step === 'string' && step.startsWith('... on ')) continue;
      let next = place.below.get(step);
      if (!next) {
        next = { error, isEnd: false, below: new Map() };
        place.below.set(step, next);
      }
      place = next;
    }
    place.isEnd = true;
  }
}

/** `@` in an error's path is any index. */
function findFrom(place: Place, position: ResponsePath, depth: number): GraphQLFormattedError | undefined {
  if (place.isEnd || depth === position.length) return place.error;
  const next = place.below.get(position[depth] as string | number);
  const found = next && findFrom(next, position, depth + 1);
  if (found) return found;
  const anyIndex = place.below.get('@');
  return anyIndex && findFrom(anyIndex, position, depth + 1);
}

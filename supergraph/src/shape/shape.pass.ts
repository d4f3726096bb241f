import type { GraphQLFormattedError } from 'graphql';
import { ErrorIndex } from '../request/error.index.ts';
import { originOf, type ResponsePath, withOrigin } from '../request/error.origin.ts';
import type { DeferredFragment } from './deferred.fragment.ts';

/** The code of errors about values that a field's type does not allow: a null, or a value of another type. */
const INVALID_VALUE = 'INVALID_SUBGRAPH_VALUE';

/** A field, for errors about its values. */
export interface FieldPlace {
  /** `Type.field`. */
  readonly coordinate: string;
  /** The subgraphs that may have returned the value. */
  readonly subgraphs: () => readonly string[];
}

/** One pass over one answer. */
export class ShapePass {
  /** A stack of keys. Its valid length is the depth of the current value. */
  readonly path: (string | number)[];
  #index: ErrorIndex | undefined;

  constructor(
    private readonly errors: GraphQLFormattedError[],
    /** Receives the deferred fragments. */
    readonly deferred: DeferredFragment[] | undefined,
    /** Errors of earlier parts of the answer. */
    private readonly earlierErrors: readonly GraphQLFormattedError[] = [],
    path: ResponsePath = [],
  ) {
    this.path = [...path];
  }

  /** Whether a fetch for the object at the current path, or within it, has failed. */
  hasFailure(depth: number): boolean {
    const path = this.path.slice(0, depth);
    return (
      this.earlierErrors.some((error) => isWithin(error, path)) || this.errors.some((error) => isWithin(error, path))
    );
  }

  /** Reports a null in a non-null position, unless an error explains it. */
  reportNull(depth: number, { coordinate, subgraphs }: FieldPlace): void {
    this.#index ??= new ErrorIndex([...this.earlierErrors, ...this.errors]);
    const path = this.path.slice(0, depth);
    if (this.#index.find(path)) return;
    const message = `Cannot return null for non-nullable field ${coordinate}.`;
    this.#report({ message, path, extensions: { code: INVALID_VALUE } }, subgraphs());
  }

  /**
   * Reports a value that does not fit its field's type.
   * @param fault ends the sentence 'returned a value for the field that …'
   */
  reportInvalid(depth: number, { coordinate, subgraphs }: FieldPlace, fault: string): void {
    const names = subgraphs();
    const [service] = names;
    const source = names.length === 1 ? `The subgraph '${service}'` : 'A subgraph';
    const message = `${source} returned a value for the field ${coordinate} that ${fault}.`;
    const extensions = { code: INVALID_VALUE, ...(names.length === 1 && { service }) };
    this.#report({ message, path: this.path.slice(0, depth), extensions }, names);
  }

  #report(error: GraphQLFormattedError, subgraphs: readonly string[]): void {
    this.errors.push(withOrigin(error, { fault: { by: 'subgraph', subgraphs } }));
    this.#index?.add(error);
  }
}

/** An error may concern several positions, which are stored beside its path. */
function isWithin(error: GraphQLFormattedError, path: ResponsePath): boolean {
  const positions = originOf(error).concerns ?? (error.path ? [error.path] : []);
  return positions.some((position) => path.every((step, index) => position[index] === step));
}

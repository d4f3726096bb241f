import type { GraphQLFormattedError } from 'graphql';
import { ErrorIndex } from '../request/error.index.ts';
import { originOf, type ResponsePath, withOrigin } from '../request/error.origin.ts';
import type { DeferredFragment } from './deferred.fragment.ts';

/** The code of errors about values that a field's type does not allow: null, or of another type. */
const INVALID_VALUE = 'INVALID_SUBGRAPH_VALUE';

/** A field, for errors about its values. */
export interface FieldPlace {
  /** `Type.field`. */
  readonly coordinate: string;
  /** The subgraphs that can have given the value. */
  readonly subgraphs: () => readonly string[];
}

/** One pass over one answer. */
export class ShapePass {
  /** A stack whose length the depth of the current value tells. */
  readonly path: (string | number)[];
  #index: ErrorIndex | undefined;

  constructor(
    private readonly errors: GraphQLFormattedError[],
    /** Takes the fragments that are met and answered later. */
    readonly deferred: DeferredFragment[] | undefined,
    /** Of parts of the answer that come before this one. */
    private readonly earlierErrors: readonly GraphQLFormattedError[] = [],
    path: ResponsePath = [],
  ) {
    this.path = [...path];
  }

  /** Whether a fetch for the object at the current path, or for something within it, has failed. */
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
   * @param expected ends a sentence about the value
   */
  reportInvalid(depth: number, { coordinate, subgraphs }: FieldPlace, expected: string): void {
    const names = subgraphs();
    const [service] = names;
    const source = names.length === 1 ? `The subgraph '${service}'` : 'A subgraph';
    const message = `${source} gave a value for the field ${coordinate} that ${expected}.`;
    const extensions = { code: INVALID_VALUE, ...(names.length === 1 && { service }) };
    this.#report({ message, path: this.path.slice(0, depth), extensions }, names);
  }

  #report(error: GraphQLFormattedError, subgraphs: readonly string[]): void {
    this.errors.push(withOrigin(error, { fault: { by: 'subgraph', subgraphs } }));
    this.#index?.add(error);
  }
}

/** An error about several positions says so beside its path. */
function isWithin(error: GraphQLFormattedError, path: ResponsePath): boolean {
  const positions = originOf(error).concerns ?? (error.path ? [error.path] : []);
  return positions.some((position) => path.every((step, index) => position[index] === step));
}

import type { FieldNode } from 'graphql';
import type { SelectionScope } from '../plan/selection.ts';

/** The inputs for compiling a byte shape, in addition to the selection. */
export interface ByteShapeScope extends SelectionScope {
  /** The key of a field in the plan's data. */
  readonly planKey: (field: FieldNode) => string;
}

/** The inputs for compiling a shape, in addition to the selection. */
export interface ShapeScope extends ByteShapeScope {
  /** Fragments of the document that is reduced to the fields that the viewer may see. */
  readonly allowedFragments: SelectionScope['fragments'];
  /** Whether plans may add fields of this name: keys and required fields. */
  readonly isInternal: (key: string) => boolean;
  /** Whether the plan requests the `__typename` of the objects at a path of the answer. */
  readonly asksTypename: (path: readonly (string | number)[]) => boolean;
  /** The subgraphs that resolve a field of a type. */
  readonly subgraphsOf: (type: string, field: string) => readonly string[];
  /** Whether the whole operation is fetched. False if a part of it was refused. */
  readonly isWhole: boolean;
}

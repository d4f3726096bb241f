import type { FieldNode } from 'graphql';
import type { SelectionScope } from '../plan/selection.ts';

/** What a shape of bytes depends on beside the selection. */
export interface ByteShapeScope extends SelectionScope {
  /** The key in the plan's data of what a field asks. */
  readonly planKey: (field: FieldNode) => string;
}

/** What shaping depends on beside the selection. */
export interface ShapeScope extends ByteShapeScope {
  /** Fragments of the document that has what the viewer may see only. */
  readonly allowedFragments: SelectionScope['fragments'];
  /** Whether plans ask fields of this name by themselves: keys, and what fields require. */
  readonly isInternal: (key: string) => boolean;
  /** Whether the plan asks for the `__typename` of the objects at a path of the answer. */
  readonly asksTypename: (path: readonly (string | number)[]) => boolean;
  /** The subgraphs that have a field, by the names of its type and of itself. */
  readonly subgraphsOf: (type: string, field: string) => readonly string[];
  /** Whether all that was asked is fetched: a part of it may have been refused. */
  readonly isWhole: boolean;
}

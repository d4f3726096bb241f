import type { FieldNode } from 'graphql';
import type { SelectionScope } from '../plan/selection.ts';

/** What shaping depends on beside the selection. */
export interface ShapeScope extends SelectionScope {
  /** The key in the plan's data of what a field asks. */
  readonly planKey: (field: FieldNode) => string;
  /** Fragments of the document that has what the viewer may see only. */
  readonly allowedFragments: SelectionScope['fragments'];
  /** Whether plans ask fields of this name by themselves: keys, and what fields require. */
  readonly isInternal: (key: string) => boolean;
}

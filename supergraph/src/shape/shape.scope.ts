import type { FieldNode } from 'graphql';
import type { SelectionScope } from '../plan/selection.ts';

/** What shaping depends on beside the selection. */
export interface ShapeScope extends SelectionScope {
  /** The key in the plan's data of what a field asks. */
  readonly planKey: (field: FieldNode) => string;
  /** Whether plans ask fields of this name by themselves: keys, and what fields require. */
  readonly isInternal: (key: string) => boolean;
  /** Whether all that was asked is fetched: a part of it may have been refused. */
  readonly isWhole: boolean;
}

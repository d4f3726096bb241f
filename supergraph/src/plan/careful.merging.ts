import { federationMetadata, isCompositeType, MapWithCachedArrays, SelectionSet } from '@apollo/federation-internals';

/** The members used here of the planner's class for a plan's fetches, which Apollo does not export. */
interface FetchGroup {
  readonly subgraphName: string;
  parents(): readonly { readonly group: FetchGroup }[];
  canMergeChildIn(child: FetchGroup): boolean;
}

let isCareful = false;
let isPatched = false;

/**
 * When the planner plans a field's requirements, it merges fetches of one subgraph without checking which fetches they depend
 * on, and it moves selections to subgraphs that have a field only as external. While `plan` runs, it does neither.
 */
export function planWithCarefulMerging<Plan>(plan: () => Plan): Plan {
  if (!isPatched) {
    isPatched = true;
    patchSelections();
    patchGroups();
  }
  isCareful = true;
  try {
    return plan();
  } finally {
    isCareful = false;
  }
}

function patchSelections(): void {
  const { canRebaseOn } = SelectionSet.prototype;
  SelectionSet.prototype.canRebaseOn = function (this: SelectionSet, parentType) {
    if (!canRebaseOn.call(this, parentType)) return false;
    return !isCareful || !selectsExternal(this, parentType);
  };
}

function selectsExternal(selectionSet: SelectionSet, parentType: Parameters<SelectionSet['canRebaseOn']>[0]): boolean {
  const metadata = federationMetadata(parentType.schema());
  return selectionSet.selections().some((selection) => {
    if (selection.kind === 'FragmentSelection') {
      const condition = selection.element.typeCondition;
      const type = condition ? parentType.schema().type(condition.name) : parentType;
      return type && isCompositeType(type) ? selectsExternal(selection.selectionSet, type) : false;
    }
    const field = 'field' in parentType ? parentType.field(selection.element.name) : undefined;
    return field !== undefined && metadata?.isFieldExternal(field as never) === true;
  });
}

/** The first fetch that the planner creates gives access to the class. */
function patchGroups(): void {
  const { set } = MapWithCachedArrays.prototype;
  MapWithCachedArrays.prototype.set = function (key: unknown, value: unknown) {
    const group = value as FetchGroup;
    if (typeof group?.canMergeChildIn === 'function') {
      MapWithCachedArrays.prototype.set = set;
      patchMerging(Object.getPrototypeOf(group) as FetchGroup);
    }
    return set.call(this, key, value);
  };
}

function patchMerging(prototype: FetchGroup): void {
  const { canMergeChildIn } = prototype;
  prototype.canMergeChildIn = function (this: FetchGroup, child: FetchGroup) {
    if (!canMergeChildIn.call(this, child)) return false;
    return !isCareful || child.parents().every(({ group }) => waitsFor(this, group));
  };
}

/** Whether a fetch is the other one, or starts after it in any case. */
function waitsFor(group: FetchGroup, other: FetchGroup): boolean {
  const seen = new Set([group]);
  for (const ancestor of seen) for (const parent of ancestor.parents()) seen.add(parent.group);
  return seen.has(other);
}

import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { type FragmentDefinitionNode, Kind, parse, type SelectionNode, type SelectionSetNode } from 'graphql';
import { mayBeSame, type RequiredNode } from './field.requirements.ts';
import type { TypeIndex } from './type.index.ts';

/** A fetch and its position in the plan. */
export interface PlannedFetch {
  readonly node: FetchNode;
  /** Keys to its entities, without the `@` of lists. */
  readonly path: readonly string[];
  /** Its selection on a root type, or on its entities. */
  readonly selectionSet: SelectionSetNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly position: readonly Branch[];
}

/** The child of a plan node that contains the fetch. */
interface Branch {
  readonly isInOrder: boolean;
  readonly index: number;
}

/** A field that a fetch selects. */
interface FetchedField {
  readonly key: string;
  /** The type condition of its fragment; null without one. */
  readonly on: string | null;
  readonly fetch: PlannedFetch;
}

const LIST = '@';
const ENTITIES = '_entities';

/** The fields that a plan's fetches select, and the order of the fetches. */
export class PlanTrace {
  readonly fetches: PlannedFetch[] = [];
  #fieldsByPath: Map<string, FetchedField[]> | null = null;

  constructor(
    plan: PlanNode | SubscriptionNode,
    private readonly types: TypeIndex,
  ) {
    this.#visit(plan, [], []);
  }

  /** Whether all fields of a requirement, on objects of a type at a path, are fetched before a fetch starts. */
  isFetchedBefore(
    fetch: PlannedFetch,
    required: readonly RequiredNode[],
    type: string,
    path: readonly string[] = fetch.path,
  ): boolean {
    this.#fieldsByPath ??= this.#collectFields();
    const fields = this.#fieldsByPath.get(path.join('/')) ?? [];
    return required.every((node) => {
      if (node.name === null) return this.isFetchedBefore(fetch, node.children, node.type, path);
      if (node.name === '__typename') return true;
      const isFetched = fields.some(
        ({ key, on, fetch: earlier }) =>
          key === node.name && (on === null || mayBeSame(on, type, this.types)) && isBefore(earlier, fetch),
      );
      return isFetched && this.isFetchedBefore(fetch, node.children, node.type, [...path, node.name]);
    });
  }

  /** Keys of the root fields that the plan fetches. */
  rootKeys(): Set<string> {
    this.#fieldsByPath ??= this.#collectFields();
    return new Set(this.#fieldsByPath.get('')?.map(({ key }) => key));
  }

  #visit(node: PlanNode | SubscriptionNode, path: readonly string[], position: readonly Branch[]): void {
    const visitAll = (nodes: readonly (PlanNode | undefined)[], isInOrder: boolean) => {
      for (const [index, child] of nodes.entries())
        if (child) this.#visit(child, path, [...position, { isInOrder, index }]);
    };
    switch (node.kind) {
      case 'Fetch':
        this.fetches.push(describe(node, path, position));
        break;
      case 'Flatten':
        this.#visit(node.node, [...path, ...node.path.map(String).filter((step) => step !== LIST)], position);
        break;
      case 'Sequence':
        visitAll(node.nodes, true);
        break;
      case 'Parallel':
        visitAll(node.nodes, false);
        break;
      case 'Condition':
        visitAll([node.ifClause, node.elseClause], false);
        break;
      case 'Subscription':
        visitAll([node.primary, node.rest], true);
        break;
      case 'Defer':
        visitAll(
          [node.primary.node, { kind: 'Parallel', nodes: node.deferred.flatMap((block) => block.node ?? []) }],
          true,
        );
        break;
    }
  }

  #collectFields(): Map<string, FetchedField[]> {
    const fieldsByPath = new Map<string, FetchedField[]>();
    for (const fetch of this.fetches) {
      const newKeys = new Map(
        (fetch.node.outputRewrites ?? []).flatMap((rewrite) =>
          rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1) ?? '', rewrite.renameKeyTo] as const] : [],
        ),
      );
      const visit = ({ selections }: SelectionSetNode, path: readonly string[], on: string | null) => {
        for (const selection of selections) {
          if (selection.kind !== Kind.FIELD) {
            const fragment = toFragment(selection, fetch);
            if (fragment) visit(fragment.selectionSet, path, fragment.typeCondition?.name.value ?? on);
            continue;
          }
          const alias = (selection.alias ?? selection.name).value;
          const key = newKeys.get(alias) ?? alias;
          const at = path.join('/');
          const fields = fieldsByPath.get(at);
          if (fields) fields.push({ key, on, fetch });
          else fieldsByPath.set(at, [{ key, on, fetch }]);
          if (selection.selectionSet) visit(selection.selectionSet, [...path, key], null);
        }
      };
      visit(fetch.selectionSet, fetch.path, null);
    }
    return fieldsByPath;
  }
}

/** The fragment of an inline fragment or a spread; undefined for a field. */
export function toFragment(selection: SelectionNode, { fragments }: PlannedFetch) {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  return selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : undefined;
}

function describe(node: FetchNode, path: readonly string[], position: readonly Branch[]): PlannedFetch {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };
  for (const definition of parse(node.operation, { noLocation: true }).definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) selectionSet = definition.selectionSet;
  }
  const [first] = selectionSet.selections;
  if (node.requires?.length && first?.kind === Kind.FIELD && first.name.value === ENTITIES && first.selectionSet) {
    selectionSet = first.selectionSet;
  }
  return { node, path, selectionSet, fragments, position };
}

/** Whether the plan guarantees that one fetch ends before the other starts. */
function isBefore({ position: first }: PlannedFetch, { position: second }: PlannedFetch): boolean {
  for (const [depth, branch] of first.entries()) {
    const other = second[depth];
    if (!other) return false;
    if (branch.index !== other.index) return branch.isInOrder && branch.index < other.index;
  }
  return false;
}

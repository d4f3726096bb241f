import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { type FragmentDefinitionNode, Kind, parse, type SelectionNode, type SelectionSetNode } from 'graphql';
import { mayBeSame, type RequiredNode } from './field.requirements.ts';
import type { TypeIndex } from './type.index.ts';

/** A fetch, and where it stands in the plan. */
export interface PlannedFetch {
  readonly node: FetchNode;
  /** Keys to its entities, without marks of lists. */
  readonly path: readonly string[];
  /** What it selects of a root type, or of its entities. */
  readonly selectionSet: SelectionSetNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly place: readonly Turn[];
}

/** Which of a node's children leads to the fetch. */
interface Turn {
  readonly isInOrder: boolean;
  readonly index: number;
}

/** A field that a fetch brings. */
interface Brought {
  readonly key: string;
  /** The type that it is selected on; null for that of the object. */
  readonly on: string | null;
  readonly fetch: PlannedFetch;
}

const LIST = '@';
const ENTITIES = '_entities';

/** What the fetches of a plan bring, and in which order. */
export class PlanTrace {
  readonly fetches: PlannedFetch[] = [];
  #broughtAt: Map<string, Brought[]> | null = null;

  constructor(
    plan: PlanNode | SubscriptionNode,
    private readonly types: TypeIndex,
  ) {
    this.#visit(plan, [], []);
  }

  /** Whether all fields of a requirement, on objects of a type at a path, have been fetched before a fetch begins. */
  isFetchedBefore(
    fetch: PlannedFetch,
    required: readonly RequiredNode[],
    type: string,
    path: readonly string[] = fetch.path,
  ): boolean {
    this.#broughtAt ??= this.#collectBrought();
    const brought = this.#broughtAt.get(path.join('/')) ?? [];
    return required.every((node) => {
      if (node.name === null) return this.isFetchedBefore(fetch, node.children, node.type, path);
      if (node.name === '__typename') return true;
      const isBrought = brought.some(
        ({ key, on, fetch: earlier }) =>
          key === node.name && (on === null || mayBeSame(on, type, this.types)) && isBefore(earlier, fetch),
      );
      return isBrought && this.isFetchedBefore(fetch, node.children, node.type, [...path, node.name]);
    });
  }

  /** Keys of the root fields that are fetched. */
  rootKeys(): Set<string> {
    this.#broughtAt ??= this.#collectBrought();
    return new Set(this.#broughtAt.get('')?.map(({ key }) => key));
  }

  #visit(node: PlanNode | SubscriptionNode, path: readonly string[], place: readonly Turn[]): void {
    const visitAll = (nodes: readonly (PlanNode | undefined)[], isInOrder: boolean) => {
      for (const [index, child] of nodes.entries())
        if (child) this.#visit(child, path, [...place, { isInOrder, index }]);
    };
    switch (node.kind) {
      case 'Fetch':
        this.fetches.push(describe(node, path, place));
        break;
      case 'Flatten':
        this.#visit(node.node, [...path, ...node.path.map(String).filter((step) => step !== LIST)], place);
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

  #collectBrought(): Map<string, Brought[]> {
    const broughtAt = new Map<string, Brought[]>();
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
          const brought = broughtAt.get(at);
          if (brought) brought.push({ key, on, fetch });
          else broughtAt.set(at, [{ key, on, fetch }]);
          if (selection.selectionSet) visit(selection.selectionSet, [...path, key], null);
        }
      };
      visit(fetch.selectionSet, fetch.path, null);
    }
    return broughtAt;
  }
}

/** A fragment's condition and selections, wherever they stand. */
export function toFragment(selection: SelectionNode, { fragments }: PlannedFetch) {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  return selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : undefined;
}

function describe(node: FetchNode, path: readonly string[], place: readonly Turn[]): PlannedFetch {
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
  return { node, path, selectionSet, fragments, place };
}

/** Whether one fetch ends before the other begins, however long each takes. */
function isBefore({ place: first }: PlannedFetch, { place: second }: PlannedFetch): boolean {
  for (const [depth, turn] of first.entries()) {
    const other = second[depth];
    if (!other) return false;
    if (turn.index !== other.index) return turn.isInOrder && turn.index < other.index;
  }
  return false;
}

import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { Kind, parse, type SelectionNode, type SelectionSetNode } from 'graphql';
import { collectFragments } from '../request/document.ts';
import { toClientKey } from './response.keys.ts';

type Path = readonly (string | number)[];

/** Whether a plan requests the `__typename` of the objects at a path of the answer. */
export type AsksTypename = (path: Path) => boolean;

/** Searches the plans only at the first call, because answers without a `__typename` are rare. */
export function createAsksTypename(plans: readonly (PlanNode | SubscriptionNode)[]): AsksTypename {
  let positions: Set<string> | undefined;
  return (path) => {
    positions ??= collectPositions(plans);
    return positions.has(toPosition(path));
  };
}

/** The client's keys of a path, without indexes and type conditions. */
function toPosition(path: Path): string {
  const keys = path.filter((step) => typeof step === 'string' && step !== '@' && !step.startsWith('... on '));
  return keys.map(toClientKey).join('\n');
}

function collectPositions(plans: readonly (PlanNode | SubscriptionNode)[]): Set<string> {
  const positions = new Set<string>();
  const visit = (node: PlanNode | SubscriptionNode | undefined, path: Path): void => {
    switch (node?.kind) {
      case 'Fetch':
        collectOfFetch(node, path, positions);
        break;
      case 'Flatten':
        visit(node.node, [...path, ...node.path]);
        break;
      case 'Sequence':
      case 'Parallel':
        for (const child of node.nodes) visit(child, path);
        break;
      case 'Condition':
        visit(node.ifClause, path);
        visit(node.elseClause, path);
        break;
      case 'Defer':
        visit(node.primary.node, path);
        for (const { node: child } of node.deferred) visit(child, path);
        break;
      case 'Subscription':
        visit(node.primary, path);
        visit(node.rest, path);
        break;
      case undefined:
    }
  };
  for (const plan of plans) visit(plan, []);
  return positions;
}

function collectOfFetch({ operation, outputRewrites = [] }: FetchNode, base: Path, positions: Set<string>): void {
  const document = parse(operation, { noLocation: true });
  const fragments = collectFragments(document);
  const renames = new Map(
    outputRewrites.flatMap((rewrite) =>
      rewrite.kind === 'KeyRenamer' ? [[String(rewrite.path.at(-1)), rewrite.renameKeyTo]] : [],
    ),
  );
  const visit = (selection: SelectionNode, path: Path): void => {
    if (selection.kind !== Kind.FIELD) {
      const { selectionSet } =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : (fragments.get(selection.name.value) ?? {});
      visitAll(selectionSet, path);
      return;
    }
    const key = (selection.alias ?? selection.name).value;
    if (selection.name.value === '__typename') positions.add(toPosition(path));
    else visitAll(selection.selectionSet, key === '_entities' ? path : [...path, renames.get(key) ?? key]);
  };
  const visitAll = (set: SelectionSetNode | undefined, path: Path) => {
    for (const selection of set?.selections ?? []) visit(selection, path);
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) visitAll(definition.selectionSet, base);
  }
}

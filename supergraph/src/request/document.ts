import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

import { refusal } from './refusal.ts';

export function collectFragments(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** The document without other operations, and without fragments that the operation does not use. */
export function keepUsed(document: DocumentNode, operationName: string | null): DocumentNode {
  const fragments = collectFragments(document);
  const used = new Set<OperationDefinitionNode | FragmentDefinitionNode>([findOperation(document, operationName)]);
  // A set goes on to what is added to it on the way.
  for (const definition of used) {
    visit(definition, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment) used.add(fragment);
      },
    });
  }
  return { ...document, definitions: [...used] };
}

/**
 * The operation that a request means; null names the only one.
 * @throws RefusedRequestError when there is none, or several and no name
 */
export function findOperation(document: DocumentNode, operationName: string | null): OperationDefinitionNode {
  const operations = collectOperations(document);
  const operation = selectOperation(operations, operationName);
  if (operation) return operation;
  throw refusal(
    'OPERATION_RESOLUTION_FAILURE',
    operationName
      ? `The document has no operation named '${operationName}'.`
      : operations.length
        ? 'The document has several operations: say which by `operationName`.'
        : 'The document has no operation.',
  );
}

export function collectOperations(document: DocumentNode): OperationDefinitionNode[] {
  return document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
}

/** Undefined when there is none, or several and no name. */
export function selectOperation(
  operations: readonly OperationDefinitionNode[],
  operationName: string | null,
): OperationDefinitionNode | undefined {
  const named = operationName ? operations.filter(({ name }) => name?.value === operationName) : operations;
  return named.length === 1 ? named[0] : undefined;
}

/** The name of a fragment that spreads itself, by whatever way; null when none does. */
export function findCircle(fragments: ReadonlyMap<string, FragmentDefinitionNode>): string | null {
  const spreads = new Map<string, readonly string[]>();
  for (const [name, { selectionSet }] of fragments) spreads.set(name, collectSpreads(selectionSet));
  const done = new Set<string>();
  for (const start of fragments.keys()) {
    const open = new Set<string>();
    const stack = [{ name: start, next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (top.next === 0) open.add(top.name);
      const inner = spreads.get(top.name)?.[top.next];
      top.next += 1;
      if (inner === undefined) {
        open.delete(top.name);
        done.add(top.name);
        stack.pop();
      } else if (open.has(inner)) return inner;
      else if (!done.has(inner) && fragments.has(inner)) stack.push({ name: inner, next: 0 });
    }
  }
  return null;
}

function collectSpreads(set: SelectionSetNode): string[] {
  const names = new Set<string>();
  const sets = [set];
  for (const { selections } of sets) {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) names.add(selection.name.value);
      else if (selection.selectionSet) sets.push(selection.selectionSet);
    }
  }
  return [...names];
}

import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, visit } from 'graphql';
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
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const named = operationName ? operations.filter(({ name }) => name?.value === operationName) : operations;
  const [operation, second] = named;
  if (operation && !second) return operation;
  throw refusal(
    'OPERATION_RESOLUTION_FAILURE',
    operationName
      ? `The document has no operation named '${operationName}'.`
      : operations.length
        ? 'The document has several operations: say which by `operationName`.'
        : 'The document has no operation.',
  );
}

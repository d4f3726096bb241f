import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  Kind,
  type OperationDefinitionNode,
  type VariableNode,
  visit,
} from 'graphql';
import { collectFragments } from '../request/document.ts';

/** The document without fragments that its operation does not reach, and without variables that nothing uses. */
export function dropUnused(document: DocumentNode): DocumentNode {
  const fragments = collectFragments(document);
  const reached = new Set<FragmentDefinitionNode>();
  const used = new Set<string>();
  const reach = (definition: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(definition, {
      [Kind.VARIABLE_DEFINITION]: () => false,
      [Kind.VARIABLE]: (node: VariableNode) => void used.add(node.name.value),
      [Kind.FRAGMENT_SPREAD](node: FragmentSpreadNode) {
        const fragment = fragments.get(node.name.value);
        if (fragment) reached.add(fragment);
      },
    });
  };
  for (const definition of document.definitions) if (definition.kind === Kind.OPERATION_DEFINITION) reach(definition);
  // Iteration over a set includes what is added meanwhile.
  for (const fragment of reached) reach(fragment);
  const definitions = document.definitions.flatMap((node) => {
    if (node.kind === Kind.FRAGMENT_DEFINITION) return reached.has(node) ? node : [];
    if (node.kind !== Kind.OPERATION_DEFINITION) return node;
    return {
      ...node,
      variableDefinitions: node.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)),
    };
  });
  return { ...document, definitions };
}

import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFragments, findOperation } from '../document.ts';
import { collectFields } from '../shape/selection.ts';
import type { PlanStep } from './execution.ts';

/**
 * A mutation's fields, each as a mutation of its own. The planner asks neighbouring fields of one subgraph in one fetch,
 * and what other subgraphs add to the first of them after the last has run; the specification has each field complete
 * before the next begins (6.2.2). Where nothing is added the order is right as planned.
 */
export function splitMutation(
  document: DocumentNode,
  name: string | null,
  { node }: QueryPlan,
  schema: GraphQLSchema,
): readonly DocumentNode[] {
  if (!node || isInOrder(node as PlanNode)) return [document];
  const operation = findOperation(document, name);
  const fragments = collectFragments(document);
  const fields = collectFields([operation.selectionSet], schema.getMutationType() as GraphQLObjectType, {
    schema,
    fragments,
  });
  if (fields.size < 2) return [document];
  return [...fields.values()].map((nodes) => ({
    ...document,
    definitions: [withFields(operation, nodes), ...fragments.values()],
  }));
}

function isInOrder(node: PlanNode): boolean {
  return node.kind === 'Sequence' ? node.nodes.every(({ kind }) => kind === 'Fetch') : node.kind === 'Fetch';
}

function withFields(operation: OperationDefinitionNode, selections: readonly FieldNode[]): OperationDefinitionNode {
  return { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

/** Plans of a mutation's fields, one after the other over the same data. */
export function runInOrder(steps: readonly PlanStep[]): PlanStep {
  return async (execution) => {
    for (const step of steps) await step(execution);
  };
}

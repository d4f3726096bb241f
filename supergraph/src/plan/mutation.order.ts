import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  visit,
} from 'graphql';
import { collectFragments, findOperation } from '../request/document.ts';
import type { PlanStep } from './execution.ts';
import { collectSelection } from './selection.ts';

/**
 * A mutation with its fields side by side, in the order in which they are to run, and without the fragments that they were
 * in: the planner would put them back together by those, in another order.
 */
export function orderMutation(document: DocumentNode, name: string | null, schema: GraphQLSchema): DocumentNode {
  const { selectionSet } = findOperation(document, name);
  const type = schema.getMutationType() as GraphQLObjectType;
  const { fields, deferred } = collectSelection([selectionSet], type, {
    schema,
    fragments: collectFragments(document),
  });
  // Fields that are deferred have no order.
  if (deferred.length) return document;
  return withSelections(document, name, [...fields.values()].map(mergeFields));
}

/**
 * A mutation's fields, each as a mutation of its own. The planner asks neighbouring fields of one subgraph in one fetch,
 * and what other subgraphs add to the first of them after the last has run; the specification has each field complete
 * before the next begins (6.2.2). Where nothing is added the order is right as planned.
 */
export function splitMutation(document: DocumentNode, name: string | null, { node }: QueryPlan): DocumentNode[] {
  const { selections } = findOperation(document, name).selectionSet;
  if (!node || isInOrder(node as PlanNode) || selections.length < 2) return [document];
  return splitFields(document, name);
}

/** A document for each field at the root. */
export function splitFields(document: DocumentNode, name: string | null): DocumentNode[] {
  const { selections } = findOperation(document, name).selectionSet;
  return selections.map((field) => withSelections(document, name, [field]));
}

function isInOrder(node: PlanNode): boolean {
  return node.kind === 'Sequence' ? node.nodes.every(({ kind }) => kind === 'Fetch') : node.kind === 'Fetch';
}

/** Fields of one response key as one. */
function mergeFields(nodes: readonly FieldNode[]): FieldNode {
  const [first] = nodes as [FieldNode];
  if (!first.selectionSet || nodes.length === 1) return first;
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return { ...first, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function withSelections(document: DocumentNode, name: string | null, selections: SelectionNode[]): DocumentNode {
  const operation = findOperation(document, name);
  const selectionSet = { ...operation.selectionSet, selections };
  const fragments = collectFragments(document);
  const used = new Set<FragmentDefinitionNode>();
  const collectUsed = (node: ASTNode): void => {
    visit(node, {
      FragmentSpread(spread) {
        const fragment = fragments.get(spread.name.value);
        if (!fragment || used.has(fragment)) return;
        used.add(fragment);
        collectUsed(fragment);
      },
    });
  };
  collectUsed(selectionSet);
  return { ...document, definitions: [{ ...operation, selectionSet }, ...used] };
}

/** Plans of a mutation's fields, one after the other over the same data. */
export function runInOrder(steps: readonly PlanStep[]): PlanStep {
  return async (execution) => {
    for (const step of steps) await step(execution);
  };
}

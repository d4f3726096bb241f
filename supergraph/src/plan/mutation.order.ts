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
 * Flattens a mutation's root fields in the order in which they have to run, and removes the fragments around them. The planner
 * would group the fields by fragment, in another order.
 */
export function orderMutation(document: DocumentNode, name: string | null, schema: GraphQLSchema): DocumentNode {
  const { selectionSet } = findOperation(document, name);
  const type = schema.getMutationType() as GraphQLObjectType;
  const { fields, deferred } = collectSelection([selectionSet], type, {
    schema,
    fragments: collectFragments(document),
  });
  // Deferred fields have no order.
  if (deferred.length) return document;
  return withSelections(document, name, [...fields.values()].map(mergeFields));
}

/**
 * Splits a mutation into a mutation for each root field, if its plan runs out of order. The planner puts neighbouring fields of
 * one subgraph into one fetch, and fetches the first field's data of other subgraphs after all of them have run. The
 * specification requires each field to complete before the next one starts (6.2.2). A plan without such additions is
 * correct as it is.
 */
export function splitMutation(document: DocumentNode, name: string | null, { node }: QueryPlan): DocumentNode[] {
  const { selections } = findOperation(document, name).selectionSet;
  if (!node || isInOrder(node as PlanNode) || selections.length < 2) return [document];
  return splitFields(document, name);
}

/** @returns a document for each root field */
export function splitFields(document: DocumentNode, name: string | null): DocumentNode[] {
  const { selections } = findOperation(document, name).selectionSet;
  return selections.map((field) => withSelections(document, name, [field]));
}

function isInOrder(node: PlanNode): boolean {
  return node.kind === 'Sequence' ? node.nodes.every(({ kind }) => kind === 'Fetch') : node.kind === 'Fetch';
}

/** Merges the fields of one response key into one. */
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

/** Runs the plans of a mutation's fields one after another over the same data. */
export function runInOrder(steps: readonly PlanStep[]): PlanStep {
  return async (execution) => {
    for (const step of steps) await step(execution);
  };
}

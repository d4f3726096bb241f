import type { QueryPlan } from '@apollo/query-planner';
import {
  type ASTVisitor,
  type DocumentNode,
  type FloatValueNode,
  type GraphQLSchema,
  getNamedType,
  type IntValueNode,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { isExact, markNumber, unmarkNumbers } from '../request/exact.json.ts';
import { fetchesOf } from './plan.fetches.ts';

/** Matches numbers that a double may not represent. Only documents with a match are searched; few have one. */
const LONG_NUMBER = /[\d.]{16}|[\d.][eE][+-]?\d{3}/;

/**
 * Replaces numbers in custom scalars that a double does not represent by strings, because the planner would round them.
 *
 * @param query the document's text, for a quick check
 * @returns the same document if it has no such numbers
 */
export function markLongLiterals(document: DocumentNode, query: string, schema: GraphQLSchema): DocumentNode {
  if (!LONG_NUMBER.test(query)) return document;
  const types = new TypeInfo(schema);
  const mark = (node: IntValueNode | FloatValueNode) => {
    if (isExact(node.value)) return undefined;
    // Values nested in a custom scalar have no type.
    const type = getNamedType(types.getInputType());
    if (type && (!isScalarType(type) || isSpecifiedScalarType(type))) return undefined;
    return { kind: Kind.STRING, value: markNumber(node.value) };
  };
  const visitor: ASTVisitor = { IntValue: mark, FloatValue: mark };
  return visit(document, visitWithTypeInfo(types, visitor));
}

/** Restores the numbers in the operations for subgraphs. */
export function unmarkLiterals({ node }: QueryPlan): void {
  for (const fetch of fetchesOf(node)) fetch.operation = unmarkNumbers(fetch.operation);
}

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

/** Any numbers that a double may not hold: few documents have one, and only those are looked through. */
const LONG_NUMBER = /[\d.]{16}|[\d.][eE][+-]?\d{3}/;

/**
 * The document with texts in the place of the numbers in custom scalars that a double does not hold: the planner would round
 * them. The same document where there are none.
 *
 * @param query the text of the operation, to see at once that there are none
 */
export function markLongLiterals(document: DocumentNode, query: string, schema: GraphQLSchema): DocumentNode {
  if (!LONG_NUMBER.test(query)) return document;
  const types = new TypeInfo(schema);
  const mark = (node: IntValueNode | FloatValueNode) => {
    if (isExact(node.value)) return undefined;
    // There is no type within what a client wrote for a custom scalar.
    const type = getNamedType(types.getInputType());
    if (type && (!isScalarType(type) || isSpecifiedScalarType(type))) return undefined;
    return { kind: Kind.STRING, value: markNumber(node.value) };
  };
  const visitor: ASTVisitor = { IntValue: mark, FloatValue: mark };
  return visit(document, visitWithTypeInfo(types, visitor));
}

/** Puts the numbers back, in the texts that subgraphs get. */
export function unmarkLiterals({ node }: QueryPlan): void {
  for (const fetch of fetchesOf(node)) fetch.operation = unmarkNumbers(fetch.operation);
}

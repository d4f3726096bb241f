import { readFile } from 'node:fs/promises';
import { Supergraph } from '@apollo/federation-internals';
import type { GraphQLSchema } from 'graphql';

/** The loader of `codegen.ts`: of a supergraph's SDL, the schema that its clients see. */
export default async function loadApiSchema(path: string): Promise<GraphQLSchema> {
  return Supergraph.build(await readFile(path, 'utf8'))
    .apiSchema()
    .toGraphQLJSSchema();
}

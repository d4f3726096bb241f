import type { ApolloClient, OperationVariables, TypedDocumentNode } from '@apollo/client';
import { toRefusal } from '../../api/refusal.ts';

/**
 * Asks the server for a project with one of its files, whatever the cache has.
 *
 * @returns the answer, with null for a file that is not there: the API calls that an error, here it is a fact
 * @throws whatever else the server says
 */
export async function findFile<Data extends { project: object | null }, Variables extends OperationVariables>(
  client: ApolloClient,
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data['project']> {
  const { data, error } = await client.query<Data, OperationVariables>({
    query: query as TypedDocumentNode<Data, OperationVariables>,
    variables,
    fetchPolicy: 'network-only',
    errorPolicy: 'all',
  });
  const project = (data as Data | undefined)?.project ?? null;
  if (error && !(project && toRefusal(error).code === 'NOT_FOUND')) throw error;
  return project;
}

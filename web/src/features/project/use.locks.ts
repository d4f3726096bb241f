import { useApolloClient } from '@apollo/client/react';
import { useCallback } from 'react';
import { LockPathsDocument, UnlockPathsDocument } from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';

/** The paths that no generation changes, and a way to change which they are. */
export function useLocks(projectId: string, paths: readonly string[]) {
  const client = useApolloClient();
  const change = useAction((path: string, lock: boolean) =>
    // The answer has the project's new list, which the cache passes on.
    client.mutate({
      mutation: lock ? LockPathsDocument : UnlockPathsDocument,
      variables: { projectId, paths: [path] },
    }),
  );
  const toggle = useCallback((path: string, lock: boolean) => void change.run(path, lock), [change.run]);
  return { paths, change, toggle };
}

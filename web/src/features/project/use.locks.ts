import { useApolloClient } from '@apollo/client/react';
import { useCallback, useState } from 'react';
import { LockPathsDocument, UnlockPathsDocument } from '../../api/generated/graphql.ts';

/** The paths that no generation changes, and a way to change which they are. */
export function useLocks(projectId: string, paths: readonly string[]) {
  const client = useApolloClient();
  const [error, setError] = useState<unknown>(null);
  const toggle = useCallback(
    (path: string, lock: boolean) => {
      setError(null);
      const variables = { projectId, paths: [path] };
      // The answer has the project's new list, which the cache passes on.
      const answer = lock
        ? client.mutate({ mutation: LockPathsDocument, variables })
        : client.mutate({ mutation: UnlockPathsDocument, variables });
      answer.catch(setError);
    },
    [client, projectId],
  );
  return { paths, error, toggle };
}

import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { AcceptGenerationDocument, RejectGenerationDocument } from '../../api/generated/graphql.ts';
import { toRefusal } from '../../api/refusal.ts';

interface Conflict {
  readonly path: string;
  readonly problem: string;
}

/** Decides about changes that wait. What the project refuses waits as before, and `conflicts` says why. */
export function useReview(id: string) {
  const client = useApolloClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function decide(mutate: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await mutate();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return {
    isBusy,
    error,
    conflicts: toConflicts(error),
    /** @param paths null for all */
    accept: (paths: readonly string[] | null) =>
      decide(() =>
        client.mutate({ mutation: AcceptGenerationDocument, variables: { id, paths: paths && [...paths] } }),
      ),
    reject: () => decide(() => client.mutate({ mutation: RejectGenerationDocument, variables: { id } })),
  };
}

function toConflicts(error: unknown): readonly Conflict[] {
  if (!error) return [];
  const { conflicts } = toRefusal(error).details as { conflicts?: readonly Conflict[] };
  return conflicts ?? [];
}

import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { type FileRowFragment, FileRowFragmentDoc, FilesDocument } from '../../api/generated/graphql.ts';

const SHOW_EVERY_MS = 1_000;

export interface ListedFiles {
  readonly version: number;
  readonly rows: readonly FileRowFragment[];
  /** Whether more of them are on their way. */
  readonly isComplete: boolean;
}

/** The files of a version, page by page. Null until the first page; the old list stays until the new one is whole. */
export function useFiles(projectId: string, version: number | null) {
  const client = useApolloClient();
  const [files, setFiles] = useState<ListedFiles | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    if (version === null) return;
    let isThere = true;
    setError(null);
    async function load(at: number) {
      const rows: FileRowFragment[] = [];
      let after: string | null = null;
      let shownAt = 0;
      do {
        const variables: { projectId: string; version: number; after: string | null } = {
          projectId,
          version: at,
          after,
        };
        const { data } = await client.query({ query: FilesDocument, variables });
        const page = data?.project?.files;
        if (!isThere || !page) return;
        rows.push(...readFragment(FileRowFragmentDoc, page.nodes));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
        // Fifty pages would draw the workspace fifty times.
        if (after && shownAt > 0 && performance.now() - shownAt < SHOW_EVERY_MS) continue;
        shownAt = performance.now();
        setFiles((now) => (after && now?.isComplete ? now : { version: at, rows: [...rows], isComplete: !after }));
      } while (after);
    }
    load(version).catch((failure) => isThere && setError(failure));
    return () => {
      isThere = false;
    };
  }, [client, projectId, version, attempt]);

  return { files, error, retry };
}

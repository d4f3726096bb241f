import { useApolloClient } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { BlameDocument, type VersionRowFragment, VersionRowFragmentDoc } from '../../api/generated/graphql.ts';
import { Blame } from './blame.ts';
import { toDiffLines } from './unified.diff.ts';

export interface BlamedLine {
  readonly text: string;
  /** Null when it is older than the versions that were looked at. */
  readonly version: VersionRowFragment | null;
}

/** Older ones than these are not looked at: each costs the server a comparison of its files. */
const MAX_VERSIONS = 200;

/** Which version wrote each line of the newest text of a file. Null until that is known. */
export function useBlame(projectId: string, path: string, head: number, text: string) {
  const client = useApolloClient();
  const [lines, setLines] = useState<readonly BlamedLine[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isThere = true;
    setError(null);
    setLines(null);
    async function find(): Promise<readonly BlamedLine[]> {
      const texts = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
      const blame = new Blame(texts.length);
      const versions = new Map<number, VersionRowFragment>();
      let after: string | null = null;
      do {
        const variables: { projectId: string; after: string | null } = { projectId, after };
        const { data } = await client.query({ query: BlameDocument, variables, fetchPolicy: 'network-only' });
        const page = data?.project?.versions;
        if (!page) break;
        for (const node of page.nodes) {
          const row = readFragment(VersionRowFragmentDoc, node);
          if (row.number > head) continue;
          versions.set(row.number, row);
          const change = node.changes.find((candidate) => candidate.path === path);
          if (change) blame.apply(row.number, toDiffLines(change.diff));
        }
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after && !blame.isDone && versions.size < MAX_VERSIONS);
      return texts.map((line, at) => ({ text: line, version: versions.get(blame.origins[at] ?? -1) ?? null }));
    }
    find().then(
      (found) => isThere && setLines(found),
      (failure) => isThere && setError(failure),
    );
    return () => {
      isThere = false;
    };
  }, [client, projectId, path, head, text]);
  return { lines, error };
}

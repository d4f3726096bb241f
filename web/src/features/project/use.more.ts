import { useApolloClient } from '@apollo/client/react';
import { useMemo, useState } from 'react';
import {
  MoreGenerationsDocument,
  type MoreGenerationsQuery,
  MoreVersionsDocument,
  type MoreVersionsQuery,
  type WorkspaceQuery,
} from '../../api/generated/graphql.ts';
import { type Action, useAction } from '../../app/use.action.ts';

type Project = NonNullable<WorkspaceQuery['project']>;
type Generations = NonNullable<NonNullable<MoreGenerationsQuery['project']>['generations']>;
type PageInfo = Generations['pageInfo'];
type Versions = NonNullable<MoreVersionsQuery['project']>['versions'];

/** The lists of a project beyond their first page, which stays the one that is asked for again. */
export function useMoreOfProject(project: Project) {
  const client = useApolloClient();
  const [generations, setGenerations] = useState<Generations | null>(null);
  const [versions, setVersions] = useState<Versions | null>(null);
  const lastGenerations = (generations ?? project.generations)?.pageInfo;
  const lastVersions = (versions ?? project.versions).pageInfo;

  const loadGenerations = useAction(async (after: string) => {
    const variables = { projectId: project.id, after };
    const { data } = await client.query({ query: MoreGenerationsDocument, variables });
    const page = data?.project?.generations;
    if (page) setGenerations((now) => ({ ...page, nodes: [...(now?.nodes ?? []), ...page.nodes] }));
  });

  const loadVersions = useAction(async (after: string) => {
    const { data } = await client.query({ query: MoreVersionsDocument, variables: { projectId: project.id, after } });
    const page = data?.project?.versions;
    if (page) setVersions((now) => ({ ...page, nodes: [...(now?.nodes ?? []), ...page.nodes] }));
  });

  const firstGenerations = project.generations?.nodes;
  const firstVersions = project.versions.nodes;
  return {
    // The same lists until something is added: the palette and the conversation are made of them.
    generations: useMemo(
      () => [...(firstGenerations ?? []), ...(generations?.nodes ?? [])],
      [firstGenerations, generations],
    ),
    versions: useMemo(() => [...firstVersions, ...(versions?.nodes ?? [])], [firstVersions, versions]),
    loadGenerations,
    loadVersions,
    onOlderGenerations: useLoader(lastGenerations, loadGenerations),
    onOlderVersions: useLoader(lastVersions, loadVersions),
  };
}

/** Null when there is no more. */
function useLoader(info: Pick<PageInfo, 'hasNextPage' | 'endCursor'> | undefined, { run }: Action<[string]>) {
  const after = info?.hasNextPage ? info.endCursor : null;
  return useMemo(() => (after ? () => void run(after) : null), [after, run]);
}

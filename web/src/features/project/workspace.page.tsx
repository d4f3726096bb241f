import { useQuery } from '@apollo/client/react';
import { useCallback } from 'react';
import { useParams } from 'react-router';
import { WorkspaceDocument } from '../../api/generated/graphql.ts';
import { toRefusal } from '../../api/refusal.ts';
import { NotFoundPage } from '../../app/error.pages.tsx';
import { useTitle } from '../../app/title.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import { Workspace } from './workspace.tsx';
import { toWorkspaceView } from './workspace.view.ts';

/** `/p/:project` and what is below it. */
export default function WorkspacePage() {
  const text = useText();
  const { projectId = '', '*': rest = '' } = useParams();
  const { data, error, refetch } = useQuery(WorkspaceDocument, {
    variables: { id: projectId },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
    // An answer that was under way when something changed is not the answer to what is asked after it.
    context: { queryDeduplication: false },
  });
  const project = data?.project;
  const reload = useCallback(() => refetch().then(({ data: found }) => found?.project ?? null), [refetch]);
  // What the query says of it is shown.
  const again = useAction(reload);
  useTitle(project?.name);
  const view = toWorkspaceView(rest);
  if (view.kind === 'unknown') return <NotFoundPage />;
  if (project) return <Workspace key={project.id} project={project} view={view} error={error} reload={reload} />;
  if (!error) return data ? <NotFoundPage /> : <Skeleton rows={8} />;
  if (['NOT_FOUND', 'INVALID_INPUT'].includes(toRefusal(error).code)) return <NotFoundPage />;
  return (
    <Failure
      error={error}
      actions={
        <Button size="small" disabled={again.isBusy} onClick={() => void again.run()}>
          {text.tryAgain}
        </Button>
      }
    />
  );
}

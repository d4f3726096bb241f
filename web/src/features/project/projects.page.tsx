import { useQuery } from '@apollo/client/react';
import { useDeferredValue } from 'react';
import { useSearchParams } from 'react-router';
import { ProjectsDocument } from '../../api/generated/graphql.ts';
import { useTitle } from '../../app/title.ts';
import { useAction } from '../../app/use.action.ts';
import { useDebounced } from '../../app/use.debounced.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { ActionFailure, Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { ProjectRows } from './project.rows.tsx';

const FIRST = 25;

/** `/projects`: all of them, with a search by name. */
export default function ProjectsPage() {
  const text = useText();
  const formats = useFormats();
  const [params, setParams] = useSearchParams();
  const typed = params.get('search') ?? '';
  const search = useDebounced(useDeferredValue(typed), 200);
  const { data, previousData, error, fetchMore } = useQuery(ProjectsDocument, {
    variables: { first: FIRST, search: search || null },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  useTitle(text.projects.title);
  const projects = (data ?? previousData)?.me.projects;

  const loadMore = useAction((after: string) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult }) => {
        const [old, next] = [before.me.projects, fetchMoreResult.me.projects];
        if (!old || !next) return before;
        return { me: { ...before.me, projects: { ...next, nodes: [...old.nodes, ...next.nodes] } } };
      },
    }),
  );

  return (
    <div className={page.page}>
      <header className={page.top}>
        <h1>{text.projects.title}</h1>
        {projects && <span className={page.aside}>{text.projects.count(formats.number(projects.totalCount))}</span>}
        <ButtonLink to="/" className={page.end}>
          {text.projects.new}
        </ButtonLink>
      </header>
      <TextField
        label={text.projects.search}
        type="search"
        value={typed}
        onChange={({ target }) => setParams(target.value ? { search: target.value } : {}, { replace: true })}
      />
      <Failure error={error} />
      {!projects && !error && <Skeleton />}
      {projects &&
        (projects.nodes.length > 0 ? (
          <ProjectRows projects={projects.nodes} />
        ) : (
          <Empty>{search ? text.projects.noMatch : text.projects.none}</Empty>
        ))}
      <ActionFailure action={loadMore} />
      {projects?.pageInfo.hasNextPage && projects.pageInfo.endCursor && (
        <Button disabled={loadMore.isBusy} onClick={() => void loadMore.run(projects.pageInfo.endCursor ?? '')}>
          {text.more}
        </Button>
      )}
    </div>
  );
}

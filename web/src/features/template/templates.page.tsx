import { useQuery } from '@apollo/client/react';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { SearchTemplatesDocument } from '../../api/generated/graphql.ts';
import { useTitle } from '../../app/title.ts';
import { useAction } from '../../app/use.action.ts';
import { useDebounced } from '../../app/use.debounced.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { AddTemplateDialog } from './add.template.dialog.tsx';
import { readOwnTemplates } from './own.templates.ts';
import { TemplateRow } from './template.row.tsx';

const SEARCH_AFTER_MS = 300;

/** `/templates`: what generations are helped by. They are found by a search, seen whole, used, added and deleted. */
export default function TemplatesPage() {
  const text = useText();
  const [params, setParams] = useSearchParams();
  const [own, setOwn] = useState(readOwnTemplates);
  const [isAdding, setAdding] = useState(false);
  const [notice, setNotice] = useState<string | null>(null);
  const typed = params.get('search') ?? '';
  const search = (query: string) => setParams(query ? { search: query } : {}, { replace: true });
  const query = useDebounced(typed.trim(), SEARCH_AFTER_MS);
  const { data, previousData, error, refetch } = useQuery(SearchTemplatesDocument, {
    variables: { query },
    skip: query === '',
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  const reload = useAction(() => refetch());
  useTitle(text.templates.title);
  const found = query === '' ? [] : ((data ?? previousData)?.searchTemplates ?? []);
  const ownIds = new Set(own.map(({ id }) => id));

  return (
    <div className={page.page}>
      <header className={page.top}>
        <h1>{text.templates.title}</h1>
        <Button icon={Plus} className={page.end} onClick={() => setAdding(true)}>
          {text.templates.add}
        </Button>
      </header>
      <p>{text.templates.intro}</p>
      <TextField
        label={text.templates.search}
        hint={text.templates.searchHint}
        type="search"
        value={typed}
        onChange={({ target }) => search(target.value)}
      />
      {notice && <Notice kind="info">{notice}</Notice>}
      <Failure
        error={query === '' ? null : error}
        actions={
          <Button size="small" onClick={() => void reload.run()}>
            {text.tryAgain}
          </Button>
        }
      />
      {query === '' && own.length > 0 && (
        <section className={page.section} aria-labelledby="own">
          <h2 id="own">{text.templates.own}</h2>
          <ul className={page.rows}>
            {own.map(({ id, title }) => (
              <li key={id}>
                <span className={page.what}>{title}</span>
                <Button size="small" aria-label={text.templates.showLong(title)} onClick={() => search(title)}>
                  {text.templates.show}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {query !== '' && !data && !previousData && !error && <Skeleton />}
      {query !== '' && data && found.length === 0 && <Empty>{text.templates.none}</Empty>}
      {found.map(
        ({ score, template }) =>
          template && (
            <TemplateRow
              key={template.id}
              template={template}
              score={score}
              isOwn={ownIds.has(template.id)}
              onDeleted={() => {
                setOwn(readOwnTemplates());
                setNotice(text.templates.deleted(template.title));
                void reload.run();
              }}
            />
          ),
      )}
      {isAdding && (
        <AddTemplateDialog
          onClose={() => setAdding(false)}
          onAdded={(title) => {
            setAdding(false);
            setOwn(readOwnTemplates());
            setNotice(text.templates.added(title));
            search(title);
          }}
        />
      )}
    </div>
  );
}

import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  MarkReadDocument,
  NotificationPageDocument,
  NotificationRowFragmentDoc,
  NotificationsDocument,
} from '../../api/generated/graphql.ts';
import { useTitle } from '../../app/title.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { ActionFailure, Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { Segments } from '../../ui/segments.tsx';
import styles from './notification.module.css';
import { NotificationRows } from './notification.rows.tsx';

const FIRST = 30;

/** `/notifications`: all of them, the newest first. */
export default function NotificationsPage() {
  const text = useText();
  const [shown, setShown] = useState<'all' | 'unread'>('all');
  const { data, previousData, error, refetch, fetchMore } = useQuery(NotificationPageDocument, {
    variables: { first: FIRST, unreadOnly: shown === 'unread' },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  const [markRead] = useMutation(MarkReadDocument, { refetchQueries: [NotificationsDocument] });
  useTitle(text.notifications.title);
  const me = (data ?? previousData)?.me;
  const list = me?.notifications;
  const found = readFragment(NotificationRowFragmentDoc, list?.nodes ?? []);
  const unread = found.filter(({ readAt }) => !readAt).map(({ id }) => id);
  // What is read here or elsewhere leaves the list at once, not with the server's next answer.
  const rows = shown === 'all' ? found : found.filter(({ readAt }) => !readAt);

  const loadMore = useAction((after: string) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult }) => {
        const [old, next] = [before.me.notifications, fetchMoreResult.me.notifications];
        if (!old || !next) return before;
        return { me: { ...before.me, notifications: { ...next, nodes: [...old.nodes, ...next.nodes] } } };
      },
    }),
  );
  const readAll = useAction(async (ids: string[]) => {
    await markRead({ variables: { ids } });
    await refetch();
  });

  return (
    <div className={page.page}>
      <header className={page.top}>
        <h1>{text.notifications.title}</h1>
        <ButtonLink to="/settings/notifications" look="quiet" className={page.end}>
          {text.notifications.preferences}
        </ButtonLink>
      </header>
      <div className={page.top}>
        <Segments
          label={text.notifications.which}
          value={shown}
          options={[
            { value: 'all', label: text.notifications.all },
            { value: 'unread', label: text.notifications.onlyUnread },
          ]}
          onChoose={setShown}
        />
        {unread.length > 0 && (
          <Button size="small" className={page.end} disabled={readAll.isBusy} onClick={() => void readAll.run(unread)}>
            {text.notifications.markAll}
          </Button>
        )}
      </div>
      <Failure error={error} />
      <ActionFailure action={readAll} />
      {!list && !error && <Skeleton />}
      {list && rows.length === 0 && <Empty>{text.notifications.none}</Empty>}
      {rows.length > 0 && (
        <div className={styles.framed}>
          <NotificationRows rows={rows} />
        </div>
      )}
      <ActionFailure action={loadMore} />
      {list?.pageInfo.hasNextPage && list.pageInfo.endCursor && (
        <Button disabled={loadMore.isBusy} onClick={() => void loadMore.run(list.pageInfo.endCursor ?? '')}>
          {text.more}
        </Button>
      )}
    </div>
  );
}

import { useMutation, useQuery } from '@apollo/client/react';
import { Popover } from '@base-ui/react/popover';
import { type ReactElement, useState } from 'react';
import { Link } from 'react-router';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { MarkReadDocument, NotificationRowFragmentDoc, NotificationsDocument } from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { ActionFailure, Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { INBOX_SIZE } from './inbox.size.ts';
import styles from './notification.module.css';
import { NotificationRows } from './notification.rows.tsx';

/** What came last, the newest first. */
export default function NotificationInbox({ bell }: { readonly bell: ReactElement<Record<string, unknown>> }) {
  const text = useText();
  const [isOpen, setOpen] = useState(true);
  const { data, error, refetch } = useQuery(NotificationsDocument, {
    variables: { first: INBOX_SIZE },
    errorPolicy: 'all',
  });
  const [markRead] = useMutation(MarkReadDocument);
  const unread = data?.me.unreadNotificationCount ?? 0;
  const rows = readFragment(NotificationRowFragmentDoc, data?.me.notifications?.nodes ?? []);

  const readAll = useAction(async () => {
    const ids = rows.filter(({ readAt }) => !readAt).map(({ id }) => id);
    if (ids.length > 0) await markRead({ variables: { ids } });
    await refetch();
  });

  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger render={bell} />
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" className={styles.layer}>
          <Popover.Popup className={styles.popup}>
            <div className={styles.head}>
              <Popover.Title className={styles.title}>{text.notifications.title}</Popover.Title>
              {unread > 0 && (
                <Button size="small" look="quiet" disabled={readAll.isBusy} onClick={() => void readAll.run()}>
                  {text.notifications.markAll}
                </Button>
              )}
            </div>
            <Failure error={error} />
            <ActionFailure action={readAll} />
            {!data && !error && <Skeleton />}
            {data && rows.length === 0 && <Empty>{text.notifications.none}</Empty>}
            <NotificationRows rows={rows} onFollow={() => setOpen(false)} />
            <div className={styles.foot}>
              <Link to="/notifications" onClick={() => setOpen(false)}>
                {text.notifications.showAll}
              </Link>
              <Link to="/settings/notifications" onClick={() => setOpen(false)}>
                {text.notifications.preferences}
              </Link>
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

import { useApolloClient, useQuery } from '@apollo/client/react';
import { Bell } from 'lucide-react';
import { useEffect } from 'react';
import { follow } from '../../api/follow.ts';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  NotificationReceivedDocument,
  NotificationRowFragmentDoc,
  NotificationsDocument,
} from '../../api/generated/graphql.ts';
import { lazyPage, preload } from '../../app/lazy.page.ts';
import { useFirstText } from '../../text/text.tsx';
import { IconButton } from '../../ui/button.tsx';
import { OnDemand } from '../../ui/on.demand.tsx';
import { INBOX_SIZE } from './inbox.size.ts';
import styles from './notification.module.css';

const loadInbox = () => import('./notification.inbox.tsx');
const NotificationInbox = lazyPage(loadInbox);

/** The inbox behind a bell, live: what comes while the page is open is there at once. */
export function NotificationBell() {
  const text = useFirstText();
  const client = useApolloClient();
  const { data } = useQuery(NotificationsDocument, { variables: { first: INBOX_SIZE }, errorPolicy: 'all' });
  const unread = data?.me.unreadNotificationCount ?? 0;

  useEffect(() => {
    let last: string | null = null;
    return follow({
      document: NotificationReceivedDocument,
      variables: () => ({ after: last }),
      onEvent: ({ notificationReceived }) => {
        last = readFragment(NotificationRowFragmentDoc, notificationReceived).id;
        client.cache.updateQuery({ query: NotificationsDocument, variables: { first: INBOX_SIZE } }, (found) => {
          const list = found?.me.notifications;
          if (!found || !list) return found;
          const known = readFragment(NotificationRowFragmentDoc, list.nodes).some(({ id }) => id === last);
          if (known) return found;
          const nodes = [notificationReceived, ...list.nodes].slice(0, INBOX_SIZE);
          const unreadNotificationCount = (found.me.unreadNotificationCount ?? 0) + 1;
          return { me: { ...found.me, unreadNotificationCount, notifications: { ...list, nodes } } };
        });
      },
    });
  }, [client]);

  const bell = (
    <IconButton
      label={text.shell.unread(unread)}
      icon={Bell}
      aria-haspopup="dialog"
      className={unread > 0 ? styles.marked : undefined}
    />
  );
  return (
    <OnDemand button={bell} preload={() => preload(loadInbox)}>
      <NotificationInbox bell={bell} />
    </OnDemand>
  );
}

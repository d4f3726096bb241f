import { Link } from 'react-router';
import type { NotificationRowFragment } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import styles from './notification.module.css';

interface NotificationRowsProps {
  readonly rows: readonly NotificationRowFragment[];
  readonly onFollow?: () => void;
}

/** What was told, each leading to what it is about. */
export function NotificationRows({ rows, onFollow }: NotificationRowsProps) {
  const text = useText();
  const formats = useFormats();
  return (
    <ul>
      {rows.map(({ id, title, body, createdAt, readAt, generation }) => (
        <li key={id} className={styles.row}>
          <p className={styles.what}>
            {generation?.project ? (
              <Link to={`/p/${generation.project.id}/g/${generation.id}`} onClick={onFollow}>
                {title}
              </Link>
            ) : (
              title
            )}
            {generation?.project && <span className={styles.about}>{generation.project.name}</span>}
            {!readAt && <span className={styles.new}>{text.notifications.new}</span>}
          </p>
          <p>{body}</p>
          <time dateTime={createdAt} title={formats.time(createdAt)}>
            {formats.ago(createdAt)}
          </time>
        </li>
      ))}
    </ul>
  );
}

import { memo, useId } from 'react';
import { Link } from 'react-router';
import { type FragmentType, readFragment } from '../../api/generated/fragment-masking.ts';
import { VersionRowFragmentDoc } from '../../api/generated/graphql.ts';
import type { Action } from '../../app/use.action.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { ActionFailure, Empty } from '../../ui/notice.tsx';
import styles from './version.module.css';

interface VersionListProps {
  readonly projectId: string;
  readonly versions: readonly FragmentType<typeof VersionRowFragmentDoc>[];
  readonly head: number;
  readonly shown: number | null;
  readonly onRestore: (number: number) => void;
  /** Null when all are there. */
  readonly onMore: (() => void) | null;
  /** How loading more went. */
  readonly more: Action<[string]>;
}

/** The history, the newest first. */
export const VersionList = memo(function VersionList({
  projectId,
  versions,
  head,
  shown,
  onRestore,
  onMore,
  more,
}: VersionListProps) {
  const text = useText();
  const formats = useFormats();
  const title = useId();
  const rows = readFragment(VersionRowFragmentDoc, versions).filter(({ number }) => number > 0);
  return (
    <section className={styles.panel} aria-labelledby={title}>
      <h2 id={title}>{text.versions.title}</h2>
      {rows.length === 0 && <Empty>{text.versions.none}</Empty>}
      <ol className={styles.list}>
        {rows.map(({ id, number, message, createdAt, author, provenance }) => (
          <li key={id} className={styles.row} aria-current={number === shown ? 'true' : undefined}>
            <Link to={`/p/${projectId}/v/${number}`} className={styles.link}>
              <span className={styles.number}>v{number}</span>
              <span className={styles.title}>{message}</span>
              <span className={styles.by}>
                {provenance?.model ?? author?.displayName}
                {' · '}
                <time dateTime={createdAt} title={formats.time(createdAt)}>
                  {formats.ago(createdAt)}
                </time>
                {number === head && ` · ${text.versions.current}`}
              </span>
            </Link>
            {number !== head && (
              <Button
                size="small"
                look="quiet"
                aria-label={text.versions.restoreLong(number)}
                onClick={() => onRestore(number)}
              >
                {text.versions.restore}
              </Button>
            )}
          </li>
        ))}
      </ol>
      <ActionFailure action={more} />
      {onMore && (
        <Button size="small" look="quiet" disabled={more.isBusy} onClick={onMore}>
          {text.more}
        </Button>
      )}
    </section>
  );
});

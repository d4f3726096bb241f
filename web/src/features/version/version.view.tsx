import { useQuery } from '@apollo/client/react';
import { History } from 'lucide-react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { VersionPageDocument, VersionRowFragmentDoc } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { DiffList } from './diff.list.tsx';
import styles from './version.module.css';

interface VersionViewProps {
  readonly projectId: string;
  readonly number: number;
  readonly head: number;
  readonly onRestore: (number: number) => void;
}

/** One version: what it changed, by whom, and the ways on from it. */
export function VersionView({ projectId, number, head, onRestore }: VersionViewProps) {
  const text = useText();
  const formats = useFormats();
  const { data, error } = useQuery(VersionPageDocument, { variables: { projectId, number }, errorPolicy: 'all' });
  const found = data?.project?.version;
  if (!found) {
    if (error) return <Failure error={error} />;
    return data ? <Empty>{text.errors.NOT_FOUND}</Empty> : <Skeleton />;
  }
  const { message, createdAt, author, provenance } = readFragment(VersionRowFragmentDoc, found);
  const by = provenance?.model ?? author?.displayName;
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <div>
          <h1>{text.versions.changes(number)}</h1>
          <p className={styles.message}>{message}</p>
          <p className={styles.meta}>
            <time dateTime={createdAt}>{formats.time(createdAt)}</time>
            {by && <span>{text.versions.by(by)}</span>}
          </p>
        </div>
        <div className={styles.actions}>
          {number !== head && (
            <Button size="small" icon={History} onClick={() => onRestore(number)}>
              {text.versions.restoreLong(number)}
            </Button>
          )}
          {number !== head && (
            <ButtonLink size="small" to={`/p/${projectId}/diff/${number}..${head}`}>
              {text.versions.compare}
            </ButtonLink>
          )}
          <ButtonLink size="small" look="quiet" to={`/p/${projectId}`}>
            {text.versions.backToFiles}
          </ButtonLink>
        </div>
      </header>
      <DiffList changes={found.changes} />
    </div>
  );
}

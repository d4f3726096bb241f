import { useQuery } from '@apollo/client/react';
import { History, Play } from 'lucide-react';
import { Link } from 'react-router';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { VersionPageDocument, type VersionPageQuery, VersionRowFragmentDoc } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { DiffList } from './diff.list.tsx';
import { DiffModeChoice } from './diff.mode.choice.tsx';
import { useDiffMode } from './diff.mode.ts';
import styles from './version.module.css';

interface VersionActions {
  readonly onRestore: (number: number) => void;
  readonly onRun: (version: number) => void;
  /** Puts one file back as it was in a version. */
  readonly onRevert: (path: string, version: number) => void;
}

interface VersionViewProps extends VersionActions {
  readonly projectId: string;
  readonly number: number;
  readonly head: number;
}

/** One version: what it changed, by whom, how it ran, and the ways on from it. */
export function VersionView({ projectId, number, head, onRestore, onRun, onRevert }: VersionViewProps) {
  const text = useText();
  const [mode, setMode] = useDiffMode();
  const { data, error } = useQuery(VersionPageDocument, { variables: { projectId, number }, errorPolicy: 'all' });
  const found = data?.project?.version;
  if (!found) {
    if (error) return <Failure error={error} />;
    return data ? <Empty>{text.errors.NOT_FOUND}</Empty> : <Skeleton />;
  }
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <About projectId={projectId} version={found} />
        <div className={styles.actions}>
          <DiffModeChoice mode={mode} onChoose={setMode} />
          {number > 0 && (
            <Button size="small" icon={Play} onClick={() => onRun(number)}>
              {text.versions.run(number)}
            </Button>
          )}
          {number !== head && (
            <>
              <Button size="small" icon={History} onClick={() => onRestore(number)}>
                {text.versions.restoreLong(number)}
              </Button>
              <ButtonLink size="small" to={`/p/${projectId}/diff/${number}..${head}`}>
                {text.versions.compare}
              </ButtonLink>
            </>
          )}
          <ButtonLink size="small" look="quiet" to={`/p/${projectId}`}>
            {text.versions.backToFiles}
          </ButtonLink>
        </div>
      </header>
      <DiffList
        changes={found.changes}
        projectId={projectId}
        version={number}
        mode={mode}
        onRevert={number > 0 ? (path) => onRevert(path, number - 1) : null}
      />
    </div>
  );
}

interface AboutProps {
  readonly projectId: string;
  readonly version: NonNullable<NonNullable<VersionPageQuery['project']>['version']>;
}

function About({ projectId, version }: AboutProps) {
  const text = useText();
  const formats = useFormats();
  const { number, message, createdAt, author, provenance } = readFragment(VersionRowFragmentDoc, version);
  const by = provenance?.model ?? author?.displayName;
  const { lastRun } = version;
  return (
    <div>
      <h1>{text.versions.changes(number)}</h1>
      <p className={styles.message}>{message}</p>
      <p className={styles.meta}>
        <time dateTime={createdAt}>{formats.time(createdAt)}</time>
        {by && <span>{text.versions.by(by)}</span>}
        {provenance?.generation && (
          <Link to={`/p/${projectId}/g/${provenance.generation.id}`}>{text.generation.receipt}</Link>
        )}
        {lastRun?.outcome && (
          <span>
            {text.versions.ran(
              text.run.outcome[lastRun.outcome](lastRun.exitCode, formats.duration(lastRun.durationMs ?? 0)),
            )}
          </span>
        )}
      </p>
    </div>
  );
}

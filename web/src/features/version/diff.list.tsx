import { Undo2 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { ChangeOperation } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/notice.tsx';
import { InlineLines, SplitLines } from './diff.lines.tsx';
import type { DiffMode } from './diff.mode.ts';
import styles from './diff.module.css';
import { countLines, toDiffLines } from './unified.diff.ts';

interface ShownChange {
  readonly path: string;
  readonly operation: ChangeOperation;
  readonly diff: string;
}

interface DiffListProps {
  readonly changes: readonly ShownChange[];
  readonly mode: DiffMode;
  readonly projectId: string;
  /** Where a file opens: the version that these changes led to. Default: nowhere. */
  readonly version?: number;
  /** Puts one file back as it was before these changes; null where that cannot be, as by default. */
  readonly onRevert?: ((path: string) => void) | null;
  /** What else can be done with a file. */
  readonly actions?: (path: string) => ReactNode;
}

const OPEN_AT_FIRST = 20;
const LINES_AT_FIRST = 400;

/** What changed, file by file. */
export function DiffList({ changes, ...rest }: DiffListProps) {
  const text = useText();
  if (changes.length === 0) return <Empty>{text.versions.nothing}</Empty>;
  return changes.map((change, index) => (
    <FileDiff key={change.path} change={change} isOpen={index < OPEN_AT_FIRST} {...rest} />
  ));
}

type FileDiffProps = Omit<DiffListProps, 'changes'> & { readonly change: ShownChange; readonly isOpen: boolean };

function FileDiff({ change, mode, isOpen, ...rest }: FileDiffProps) {
  const text = useText();
  const { path, operation, diff } = change;
  const [isWhole, setWhole] = useState(false);
  const lines = useMemo(() => toDiffLines(diff), [diff]);
  const { added, removed } = countLines(lines);
  const shown = useMemo(() => (isWhole ? lines : lines.slice(0, LINES_AT_FIRST)), [isWhole, lines]);
  return (
    <div className={styles.file}>
      <details open={isOpen}>
        <summary>
          <span className={styles.path}>{path}</span>
          <span className={styles.operation}>{text.versions.operation[operation]}</span>
          <span className={styles.count}>
            <span className={styles.plus} aria-hidden="true">
              +{added}
            </span>{' '}
            <span className={styles.minus} aria-hidden="true">
              −{removed}
            </span>
            <span className="visually-hidden">{text.versions.lines(added, removed)}</span>
          </span>
        </summary>
        {shown.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
          <section className={styles.scroller} tabIndex={0} aria-label={path}>
            {mode === 'split' ? <SplitLines lines={shown} /> : <InlineLines lines={shown} />}
          </section>
        )}
        {shown.length < lines.length && (
          <Button size="small" look="quiet" onClick={() => setWhole(true)}>
            {text.more}
          </Button>
        )}
      </details>
      <FileActions change={change} {...rest} />
    </div>
  );
}

function FileActions({
  change: { path, operation },
  projectId,
  version,
  onRevert,
  actions,
}: Omit<FileDiffProps, 'mode' | 'isOpen'>) {
  const text = useText();
  return (
    <div className={styles.actions}>
      {actions?.(path)}
      {version !== undefined && operation !== 'DELETE' && (
        <ButtonLink
          size="small"
          look="quiet"
          to={{ pathname: `/p/${projectId}/v/${version}`, search: `?${new URLSearchParams({ file: path })}` }}
          aria-label={text.versions.openLong(path, version)}
        >
          {text.versions.open}
        </ButtonLink>
      )}
      {onRevert && (
        <Button
          size="small"
          look="quiet"
          icon={Undo2}
          aria-label={text.versions.revertLong(path)}
          onClick={() => onRevert(path)}
        >
          {text.versions.revert}
        </Button>
      )}
    </div>
  );
}

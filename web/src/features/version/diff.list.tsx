import { Undo2 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { ChangeOperation } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/notice.tsx';
import { InlineLines, SplitLines } from './diff.lines.tsx';
import type { DiffMode } from './diff.mode.ts';
import styles from './diff.module.css';
import { type Hunk, toHunks } from './hunks.ts';
import { countLines, type DiffLine, toDiffLines } from './unified.diff.ts';

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
  /** What can be done with lines that change together. */
  readonly hunkActions?: (path: string, hunk: Hunk) => ReactNode;
}

const OPEN_AT_FIRST = 20;
const LINES_AT_FIRST = 400;
/** Of a version that changed thousands, the page draws these; the rest comes in steps of as many. */
const FILES_AT_FIRST = 100;

/** What changed, file by file. */
export function DiffList({ changes, ...rest }: DiffListProps) {
  const text = useText();
  const [shown, setShown] = useState(FILES_AT_FIRST);
  if (changes.length === 0) return <Empty>{text.versions.nothing}</Empty>;
  return (
    <>
      {changes.slice(0, shown).map((change, index) => (
        <FileDiff key={change.path} change={change} isOpenAtFirst={index < OPEN_AT_FIRST} {...rest} />
      ))}
      {changes.length > shown && (
        <Button onClick={() => setShown(shown + FILES_AT_FIRST)}>
          {text.versions.moreFiles(changes.length - shown)}
        </Button>
      )}
    </>
  );
}

type FileDiffProps = Omit<DiffListProps, 'changes'> & { readonly change: ShownChange };

function FileDiff({ change, isOpenAtFirst, ...rest }: FileDiffProps & { readonly isOpenAtFirst: boolean }) {
  const text = useText();
  const { path, operation, diff } = change;
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const lines = useMemo(() => toDiffLines(diff), [diff]);
  const { added, removed } = countLines(lines);
  return (
    <div className={styles.file}>
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
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
        {isOpen && <FileLines lines={lines} {...rest} change={change} />}
      </details>
      <FileActions change={change} {...rest} />
    </div>
  );
}

/** The lines of a file, a long one not all at once; with something to do for each hunk, one below the other. */
function FileLines({
  change: { path },
  lines,
  mode,
  hunkActions,
}: FileDiffProps & { readonly lines: readonly DiffLine[] }) {
  const text = useText();
  const [isWhole, setWhole] = useState(false);
  const shown = useMemo(() => (isWhole ? lines : lines.slice(0, LINES_AT_FIRST)), [isWhole, lines]);
  const hunks = useMemo(() => toHunks(shown), [shown]);
  if (shown.length === 0) return null;
  const Lines = mode === 'split' ? SplitLines : InlineLines;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className={styles.scroller} tabIndex={0} aria-label={path}>
        {hunkActions && hunks.length > 1 ? (
          hunks.map((hunk) => (
            <div key={hunk.index} className={styles.hunk}>
              <div className={styles.hunkActions}>{hunkActions(path, hunk)}</div>
              <Lines lines={hunk.lines} />
            </div>
          ))
        ) : (
          <Lines lines={shown} />
        )}
      </section>
      {shown.length < lines.length && (
        <Button size="small" look="quiet" onClick={() => setWhole(true)}>
          {text.more}
        </Button>
      )}
    </>
  );
}

function FileActions({
  change: { path, operation },
  projectId,
  version,
  onRevert,
  actions,
}: Omit<FileDiffProps, 'mode'>) {
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

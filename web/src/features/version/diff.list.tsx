import { useMemo, useState } from 'react';
import type { ChangeOperation } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/notice.tsx';
import styles from './diff.module.css';
import { countLines, type DiffLine, toDiffLines } from './unified.diff.ts';

export interface ShownChange {
  readonly path: string;
  readonly operation: ChangeOperation;
  readonly diff: string;
}

const OPEN_AT_FIRST = 20;
const LINES_AT_FIRST = 400;

/** What changed, file by file. */
export function DiffList({ changes }: { readonly changes: readonly ShownChange[] }) {
  const text = useText();
  if (changes.length === 0) return <Empty>{text.versions.nothing}</Empty>;
  return changes.map((change, index) => <FileDiff key={change.path} change={change} isOpen={index < OPEN_AT_FIRST} />);
}

function FileDiff({ change: { path, operation, diff }, isOpen }: { change: ShownChange; isOpen: boolean }) {
  const text = useText();
  const [isWhole, setWhole] = useState(false);
  const lines = useMemo(() => toDiffLines(diff), [diff]);
  const { added, removed } = countLines(lines);
  const shown = isWhole ? lines : lines.slice(0, LINES_AT_FIRST);
  return (
    <details className={styles.file} open={isOpen}>
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
          <table className={styles.lines}>
            <tbody>
              {shown.map((line, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a diff never move
                <Line key={at} line={line} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {shown.length < lines.length && (
        <Button size="small" look="quiet" onClick={() => setWhole(true)}>
          {text.more}
        </Button>
      )}
    </details>
  );
}

const SIGNS = { same: ' ', added: '+', removed: '−', gap: '⋯' } as const;

function Line({ line: { kind, before, after, text } }: { readonly line: DiffLine }) {
  return (
    <tr className={styles[kind]}>
      <td className={styles.number}>{before}</td>
      <td className={styles.number}>{after}</td>
      <td className={styles.sign}>{SIGNS[kind]}</td>
      <td className={styles.text}>{text}</td>
    </tr>
  );
}

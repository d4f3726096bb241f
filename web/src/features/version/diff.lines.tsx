import { useMemo } from 'react';
import styles from './diff.module.css';
import { type LinePart, type SplitSide, toLineParts, toSplitRows } from './split.rows.ts';
import type { DiffLine } from './unified.diff.ts';

interface LinesProps {
  readonly lines: readonly DiffLine[];
}

const SIGNS = { same: ' ', added: '+', removed: '−', gap: '⋯' } as const;

/** One column: what was removed above what was added. */
export function InlineLines({ lines }: LinesProps) {
  return (
    <table className={styles.lines}>
      <tbody>
        {lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a diff never move
          <tr key={at} className={styles[line.kind]}>
            <td className={styles.number}>{line.before}</td>
            <td className={styles.number}>{line.after}</td>
            <td className={styles.sign}>{SIGNS[line.kind]}</td>
            <td className={styles.text}>
              <Parts parts={toInlineParts(lines, at)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A single line that was replaced by a single one shows what differs in it. */
function toInlineParts(lines: readonly DiffLine[], at: number): readonly LinePart[] {
  const kindAt = (index: number) => lines[index]?.kind;
  const text = lines[at]?.text ?? '';
  if (kindAt(at) === 'removed' && kindAt(at + 1) === 'added') {
    const isAlone = kindAt(at - 1) !== 'removed' && kindAt(at + 2) !== 'added';
    if (isAlone) return toLineParts(text, lines[at + 1]?.text ?? null)[0];
  }
  if (kindAt(at) === 'added' && kindAt(at - 1) === 'removed') {
    const isAlone = kindAt(at - 2) !== 'removed' && kindAt(at + 1) !== 'added';
    if (isAlone) return toLineParts(lines[at - 1]?.text ?? null, text)[1];
  }
  return [{ text, isChanged: false }];
}

/** Two columns: before, and after. */
export function SplitLines({ lines }: LinesProps) {
  const rows = useMemo(() => toSplitRows(lines), [lines]);
  return (
    <table className={`${styles.lines} ${styles.split}`}>
      <tbody>
        {rows.map((row, at) =>
          row ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a diff never move
            <tr key={at}>
              <Side side={row.before} />
              <Side side={row.after} />
            </tr>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a diff never move
            <tr key={at} className={styles.gap}>
              <td className={styles.number} />
              <td className={styles.text}>{SIGNS.gap}</td>
              <td className={styles.number} />
              <td className={styles.text}>{SIGNS.gap}</td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

function Side({ side }: { readonly side: SplitSide | null }) {
  if (!side) {
    return (
      <>
        <td className={`${styles.number} ${styles.nothing}`} />
        <td className={styles.nothing} />
      </>
    );
  }
  return (
    <>
      <td className={`${styles.number} ${styles[side.kind]}`}>{side.number}</td>
      <td className={`${styles.text} ${styles[side.kind]}`}>
        <span className={styles.sign}>{SIGNS[side.kind]}</span>
        <Parts parts={side.parts} />
      </td>
    </>
  );
}

function Parts({ parts }: { readonly parts: readonly LinePart[] }) {
  return parts.map(({ text, isChanged }, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never move
    isChanged ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>,
  );
}

import { useState } from 'react';
import { Link } from 'react-router';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import styles from './blame.module.css';
import { type BlamedLine, useBlame } from './use.blame.ts';

interface BlameViewProps {
  readonly projectId: string;
  readonly path: string;
  readonly head: number;
  /** Of the file in the newest version. */
  readonly text: string;
}

const LINES_AT_FIRST = 1_000;

/** Each line with the version that wrote it, and the prompt behind that. */
export default function BlameView({ projectId, path, head, text: content }: BlameViewProps) {
  const text = useText();
  const [isWhole, setWhole] = useState(false);
  const { lines, error } = useBlame(projectId, path, head, content);
  if (error) return <Failure error={error} />;
  if (!lines) return <Skeleton rows={8} />;
  const shown = isWhole ? lines : lines.slice(0, LINES_AT_FIRST);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={styles.scroller} tabIndex={0} aria-label={text.versions.blameOf(path)}>
      <table className={styles.lines}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{text.versions.origin}</th>
            <th scope="col">{text.versions.line}</th>
            <th scope="col">{text.versions.text}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((line, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a version never move
            <tr key={at} className={isFirst(lines, at) ? styles.first : undefined}>
              <td className={styles.origin}>{isFirst(lines, at) && <Origin projectId={projectId} line={line} />}</td>
              <td className={styles.number}>{at + 1}</td>
              <td className={styles.text}>{line.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < lines.length && (
        <Button size="small" look="quiet" onClick={() => setWhole(true)}>
          {text.more}
        </Button>
      )}
    </section>
  );
}

const isFirst = (lines: readonly BlamedLine[], at: number) => lines[at]?.version !== lines[at - 1]?.version || at === 0;

function Origin({ projectId, line: { version } }: { readonly projectId: string; readonly line: BlamedLine }) {
  const text = useText();
  const formats = useFormats();
  if (!version) return text.versions.older;
  const { number, message, createdAt, author, provenance } = version;
  const by = provenance?.model ?? author?.displayName ?? '';
  const to = provenance?.generation ? `/p/${projectId}/g/${provenance.generation.id}` : `/p/${projectId}/v/${number}`;
  return (
    <Link to={to} title={`${message}\n${by}, ${formats.time(createdAt)}`}>
      <span className={styles.version}>v{number}</span> {message}
    </Link>
  );
}

import { useEffect, useRef } from 'react';
import { useText } from '../../text/text.tsx';
import type { AnswerSegment } from '../generation/answer.segments.ts';
import styles from './file.pane.module.css';

/** The page draws this much of a growing text at most, so that its cost does not grow with it. */
const SHOWN_CHARACTERS = 12_000;

/** The file that the model writes, with a caret where it is; the view stays at the end. */
export function LiveText({ segment: { path, text: written, kind, isClosed } }: { readonly segment: AnswerSegment }) {
  const text = useText();
  const scroller = useRef<HTMLPreElement>(null);
  const from = written.length > SHOWN_CHARACTERS ? written.indexOf('\n', written.length - SHOWN_CHARACTERS) + 1 : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows whatever is added
  useEffect(() => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [written]);
  return (
    <pre
      ref={scroller}
      className={styles.writing}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
      tabIndex={0}
      role="log"
      aria-label={kind === 'edit' ? text.files.edit(path) : text.generation.writing(path)}
    >
      {from > 0 && '…\n'}
      {written.slice(from)}
      {!isClosed && <span className={styles.caret} aria-hidden="true" />}
    </pre>
  );
}

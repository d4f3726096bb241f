import type { ReactNode } from 'react';
import { useText } from '../../text/text.tsx';
import { Checkbox } from '../../ui/field.tsx';
import styles from './review.module.css';
import type { FileChoice } from './review.selection.ts';

interface ReviewBoxProps {
  readonly path: string;
  /** Default: the whole file. */
  readonly hunk?: number;
  /** What it stands for. */
  readonly label: string;
  readonly choice: FileChoice;
  /** It is decided already. */
  readonly disabled: boolean;
  readonly onChoose: (isTaken: boolean) => void;
  /** What stands before the word. */
  readonly children?: ReactNode;
}

/** Takes or drops a file, or lines of one; half-way where some of a file's lines are taken. */
export function ReviewBox({ path, hunk, label, choice, disabled, onChoose, children }: ReviewBoxProps) {
  const text = useText();
  return (
    <span className={styles.choice}>
      {children}
      <Checkbox
        ref={(box: HTMLInputElement | null) => {
          if (box) box.indeterminate = choice === 'some';
        }}
        className={styles.box}
        data-path={path}
        data-hunk={hunk}
        label={text.review.takeShort}
        aria-label={label}
        checked={choice === 'all'}
        disabled={disabled}
        onChange={({ target }) => onChoose(target.checked)}
      />
    </span>
  );
}

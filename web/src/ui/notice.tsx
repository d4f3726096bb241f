import type { ReactNode } from 'react';
import { toRefusal } from '../api/refusal.ts';
import type { Action } from '../app/use.action.ts';
import { useFirstText } from '../text/text.tsx';
import { Button } from './button.tsx';
import styles from './notice.module.css';

interface NoticeProps {
  readonly kind: 'info' | 'warning' | 'error';
  readonly children: ReactNode;
  /** Buttons and links for what to do. */
  readonly actions?: ReactNode;
}

/** A line that says what happened, what was kept and what to do. */
export function Notice({ kind, children, actions }: NoticeProps) {
  return (
    <div className={`${styles.notice} ${styles[kind]}`} role={kind === 'error' ? 'alert' : 'status'}>
      <div className={styles.text}>{children}</div>
      {actions}
    </div>
  );
}

/** What the server refused, in the page's words where it has better ones. Nothing without an error. */
export function Failure({ error, actions }: { readonly error: unknown; readonly actions?: ReactNode }) {
  const text = useFirstText();
  if (!error) return null;
  const { code, message } = toRefusal(error);
  const own = (text.errors as Readonly<Record<string, string>>)[code];
  return (
    <Notice kind="error" actions={actions}>
      {own ?? message}
    </Notice>
  );
}

/** What went wrong in something that was started here, with a way to try it again. Nothing while all is well. */
export function ActionFailure({ action: { error, retry } }: { readonly action: Pick<Action<[]>, 'error' | 'retry'> }) {
  const text = useFirstText();
  return (
    <Failure
      error={error}
      actions={
        <Button size="small" onClick={retry}>
          {text.tryAgain}
        </Button>
      }
    />
  );
}

/** Stands where something will be, when that takes longer than 300 ms. */
export function Skeleton({ rows = 4 }: { readonly rows?: number }) {
  const text = useFirstText();
  return (
    <div className={styles.skeleton} role="status" aria-label={text.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <span key={row} />
      ))}
    </div>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className={styles.empty}>{children}</p>;
}

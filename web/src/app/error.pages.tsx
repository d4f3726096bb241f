import { Component, type ReactNode, useEffect } from 'react';
import { useText } from '../text/text.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import styles from './error.module.css';
import { useTitle } from './title.ts';

export function NotFoundPage() {
  const text = useText();
  useTitle(text.notFound.title);
  return (
    <div className={styles.page}>
      <h1>{text.notFound.title}</h1>
      <p>{text.notFound.body}</p>
      <ButtonLink to="/">{text.notFound.home}</ButtonLink>
    </div>
  );
}

/** A fault of the page itself. */
function CrashPage({ error }: { readonly error: unknown }) {
  const text = useText();
  useTitle(text.crash.title);
  useEffect(() => console.error(error), [error]);
  return (
    <div className={styles.page}>
      <h1>{text.crash.title}</h1>
      <p>{text.crash.body}</p>
      <pre>{error instanceof Error ? error.message : String(error)}</pre>
      <Button onClick={() => location.reload()}>{text.crash.reload}</Button>
    </div>
  );
}

interface BoundaryState {
  /** Null while all is well. */
  readonly caught: { readonly error: unknown } | null;
}

/** Shows what went wrong in the page where there would be nothing else. React catches errors in classes only. */
export class CrashBoundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { caught: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { caught: { error } };
  }

  override render(): ReactNode {
    const { caught } = this.state;
    return caught ? <CrashPage error={caught.error} /> : this.props.children;
  }
}

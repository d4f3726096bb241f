import { type ReactNode, useEffect } from 'react';
import { useFirstText } from '../text/text.tsx';
import { Boundary } from '../ui/boundary.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import styles from './error.module.css';
import { useTitle } from './title.ts';

export function NotFoundPage() {
  const text = useFirstText();
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
  const text = useFirstText();
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

/** Says what went wrong in the page where there would be nothing else. */
export function CrashBoundary({ children }: { readonly children: ReactNode }) {
  return <Boundary fallback={(error) => <CrashPage error={error} />}>{children}</Boundary>;
}

import { useEffect } from 'react';
import { useRouteError } from 'react-router';
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
export function CrashPage() {
  const text = useText();
  const error = useRouteError();
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

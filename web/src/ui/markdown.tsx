import { lazy, Suspense } from 'react';
import { Boundary } from './boundary.tsx';
import styles from './markdown.module.css';

/** Longer texts are shown as they are: nobody reads them, and parsing them takes time. */
const MAX_CHARACTERS = 20_000;

const Rendered = lazy(() => import('./markdown.rendered.tsx'));

/** What a model said, as text with paragraphs, lists and code. Its HTML stays text, and it shows no pictures. */
export function Markdown({ text }: { readonly text: string }) {
  const plain = <p className={styles.plain}>{text}</p>;
  if (text.length > MAX_CHARACTERS) return plain;
  return (
    <Boundary fallback={() => plain}>
      <Suspense fallback={plain}>
        <Rendered text={text} />
      </Suspense>
    </Boundary>
  );
}

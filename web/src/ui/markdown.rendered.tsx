import ReactMarkdown, { type Components } from 'react-markdown';
import styles from './markdown.module.css';

/** The server of a picture would learn who reads. */
const FORBIDDEN = ['img'];

const components: Components = {
  // Without an address it is one that the library took out.
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  // Headings of an answer stand below those of the page.
  h1: ({ children }) => <p className={styles.heading}>{children}</p>,
  h2: ({ children }) => <p className={styles.heading}>{children}</p>,
  h3: ({ children }) => <p className={styles.heading}>{children}</p>,
  h4: ({ children }) => <p className={styles.heading}>{children}</p>,
  h5: ({ children }) => <p className={styles.heading}>{children}</p>,
  h6: ({ children }) => <p className={styles.heading}>{children}</p>,
};

/** Markdown as elements of React; the library lets no other addresses through than those of web and mail. */
export default function Rendered({ text }: { readonly text: string }) {
  return (
    <div className={styles.markdown}>
      <ReactMarkdown disallowedElements={FORBIDDEN} unwrapDisallowed components={components}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

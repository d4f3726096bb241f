import { Link } from 'react-router';
import { useText } from '../../text/text.tsx';
import styles from './generation.module.css';

const SHOWN = 100;

interface ContextFilesProps {
  readonly projectId: string;
  /** Files of the project that the model saw. */
  readonly paths: readonly string[];
}

/** What the model saw of the project, behind a line that counts it. */
export function ContextFiles({ projectId, paths }: ContextFilesProps) {
  const text = useText();
  if (paths.length === 0) return null;
  return (
    <details className={styles.templates}>
      <summary>{text.generation.saw(paths.length)}</summary>
      <ContextPaths projectId={projectId} paths={paths} />
    </details>
  );
}

export function ContextPaths({ projectId, paths }: ContextFilesProps) {
  const text = useText();
  return (
    <ul className={styles.files}>
      {paths.slice(0, SHOWN).map((path) => (
        <li key={path}>
          <Link to={{ pathname: `/p/${projectId}`, search: `?${new URLSearchParams({ file: path })}` }}>{path}</Link>
        </li>
      ))}
      {paths.length > SHOWN && <li>{text.generation.moreFiles(paths.length - SHOWN)}</li>}
    </ul>
  );
}

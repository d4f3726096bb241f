import { Link } from 'react-router';
import type { ChangeOperation } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import styles from './generation.module.css';

interface ChangedFilesProps {
  readonly projectId: string;
  readonly changes: readonly { readonly path: string; readonly operation: ChangeOperation }[];
}

const MARKS = { WRITE: '+', EDIT: '~', DELETE: '−', MOVE: '→' } as const;

/** The files that a version changed, each leading to its text. */
export function ChangedFiles({ projectId, changes }: ChangedFilesProps) {
  const text = useText();
  return (
    <ul className={styles.files}>
      {changes.map(({ path, operation }) => (
        <li key={path}>
          <span className={styles.mark} data-operation={operation} title={text.versions.operation[operation]}>
            {MARKS[operation]}
            <span className="visually-hidden">{text.versions.operation[operation]}</span>
          </span>
          {operation === 'DELETE' ? (
            <span>{path}</span>
          ) : (
            <Link to={{ pathname: `/p/${projectId}`, search: `?${new URLSearchParams({ file: path })}` }}>{path}</Link>
          )}
        </li>
      ))}
    </ul>
  );
}

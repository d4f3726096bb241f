import { useQuery } from '@apollo/client/react';
import { Link } from 'react-router';
import { FileProvenanceDocument } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import styles from './file.pane.module.css';

interface FileFootProps {
  readonly projectId: string;
  readonly path: string;
  readonly version: number;
  readonly isBlamed: boolean;
  /** Null where the lines cannot be traced, as in a text that is not saved. */
  readonly onBlame: ((isBlamed: boolean) => void) | null;
}

/** Below a file: which prompt wrote it last, and the way to who wrote which line. */
export function FileFoot({ projectId, path, version, isBlamed, onBlame }: FileFootProps) {
  const text = useText();
  const formats = useFormats();
  const { data, previousData } = useQuery(FileProvenanceDocument, {
    variables: { projectId, path, version },
    skip: version === 0,
  });
  const file = (data ?? previousData)?.project?.file;
  if (file?.path !== path) return <footer className={styles.foot} />;
  const { bytes, provenance } = file;
  const generation = provenance?.generation;
  return (
    <footer className={styles.foot}>
      <span>{formats.bytes(bytes)}</span>
      <span className={styles.origin}>
        {provenance ? `${text.files.writtenBy(provenance.model)}${generation ? ':' : ''}` : text.files.writtenByPerson}
        {generation && (
          <Link to={`/p/${projectId}/g/${generation.id}`} title={generation.prompt}>
            {generation.prompt}
          </Link>
        )}
      </span>
      {onBlame && (
        <button type="button" className={styles.toggle} aria-pressed={isBlamed} onClick={() => onBlame(!isBlamed)}>
          {text.files.blame}
        </button>
      )}
    </footer>
  );
}

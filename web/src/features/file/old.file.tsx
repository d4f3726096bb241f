import { useQuery } from '@apollo/client/react';
import { Undo2 } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { FileTextDocument } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import styles from './file.pane.module.css';

const CodeEditor = lazy(() => import('./code.editor.tsx'));

interface OldFileProps {
  readonly projectId: string;
  readonly path: string;
  readonly version: number;
  /** Puts the file back as it was then; null where it is the newest version. */
  readonly onRevert: (() => void) | null;
}

/** A file as it was in an earlier version. */
export function OldFile({ projectId, path, version, onRevert }: OldFileProps) {
  const text = useText();
  const formats = useFormats();
  const { data, error } = useQuery(FileTextDocument, { variables: { projectId, path, version } });
  if (error) return <Failure error={error} />;
  if (!data) return <Skeleton rows={8} />;
  const file = data.project?.file;
  if (!file) return <Empty>{text.files.gone}</Empty>;
  return (
    <div className={styles.pane}>
      <p className={styles.note}>
        <strong>{path}</strong> {text.files.readOnly(version)}, {formats.bytes(file.bytes)},{' '}
        {file.provenance ? text.files.writtenBy(file.provenance.model) : text.files.writtenByPerson}{' '}
        {onRevert && (
          <Button size="small" icon={Undo2} onClick={onRevert}>
            {text.files.putBack}
          </Button>
        )}
      </p>
      <div className={styles.body}>
        {file.content === null ? (
          <Empty>{text.files.binary}</Empty>
        ) : (
          <Suspense fallback={<Skeleton rows={8} />}>
            <CodeEditor
              key={`${path}:${version}`}
              path={path}
              label={text.files.editor(path)}
              text={file.content}
              revision={0}
              isReadOnly
            />
          </Suspense>
        )}
      </div>
    </div>
  );
}

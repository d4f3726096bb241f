import { useQuery } from '@apollo/client/react';
import { Save, X } from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { FileTextDocument } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import type { AnswerSegment } from '../generation/answer.segments.ts';
import type { OpenFile } from './file.desk.ts';
import styles from './file.pane.module.css';
import { LiveText } from './live.text.tsx';
import type { OpenDesk } from './use.file.desk.ts';

const CodeEditor = lazy(() => import('./code.editor.tsx'));
const ConflictView = lazy(() => import('./conflict.view.tsx'));

export interface FilePaneProps {
  readonly projectId: string;
  readonly open: OpenDesk;
  readonly activePath: string | null;
  readonly onActivate: (path: string) => void;
  readonly onClose: (path: string) => void;
  readonly onSave: () => void;
  readonly isSaving: boolean;
  /** The file that the model writes now; null when none is, or another tab was chosen. */
  readonly live: AnswerSegment | null;
  /** What there is to say above the text. */
  readonly notices: ReactNode;
}

/** Open files as tabs, and the text of the one in front. */
export function FilePane(props: FilePaneProps) {
  const { open, activePath, onActivate, onClose, onSave, isSaving, live, notices } = props;
  const text = useText();
  const files = [...open.files.values()];
  const active = activePath === null ? null : open.files.get(activePath);
  const unsaved = files.filter(({ isDirty }) => isDirty).length;
  return (
    <div className={styles.pane}>
      <div className={styles.bar}>
        <div className={styles.tabs}>
          {live && (
            <span className={styles.tab} data-active="">
              {live.path}
              <span className={styles.live}>{text.files.live}</span>
            </span>
          )}
          {files.map(({ path, isDirty }) => (
            <span key={path} className={styles.tab} data-active={!live && path === activePath ? '' : undefined}>
              <button
                type="button"
                className={styles.name}
                aria-current={!live && path === activePath ? 'true' : undefined}
                title={path}
                onClick={() => onActivate(path)}
              >
                {path.slice(path.lastIndexOf('/') + 1)}
                {isDirty && (
                  <span className={styles.dot} role="img" aria-label={text.files.unsaved} title={text.files.unsaved} />
                )}
              </button>
              <IconButton size="small" label={text.files.closeTab(path)} icon={X} onClick={() => onClose(path)} />
            </span>
          ))}
        </div>
        {unsaved > 0 && (
          <Button size="small" look="primary" icon={Save} disabled={isSaving} onClick={onSave}>
            {isSaving ? text.files.saving : text.files.saveAll}
          </Button>
        )}
      </div>
      {notices}
      <div className={styles.body}>
        <Suspense fallback={<Skeleton rows={8} />}>
          {live ? (
            <LiveText segment={live} />
          ) : active ? (
            <Body {...props} file={active} />
          ) : (
            <Empty>{text.files.pick}</Empty>
          )}
        </Suspense>
      </div>
    </div>
  );
}

function Body({ file, open: { desk }, onSave }: FilePaneProps & { readonly file: OpenFile }) {
  const text = useText();
  const { path, state, conflict } = file;
  if (conflict) {
    return (
      <ConflictView
        key={`${path}:${conflict.version}`}
        file={file}
        onEdit={(edited) => desk.edit(path, edited)}
        onTakeTheirs={() => void desk.takeTheirs(path)}
        onSaveMine={() => {
          desk.keepMine(path, desk.files().get(path)?.text ?? file.text);
          onSave();
        }}
      />
    );
  }
  switch (state) {
    case 'loading':
      return <Skeleton rows={8} />;
    case 'binary':
      return <Empty>{text.files.binary}</Empty>;
    case 'gone':
      return <Empty>{text.files.gone}</Empty>;
    case 'failed':
      return (
        <Notice
          kind="error"
          actions={
            <Button size="small" onClick={() => void desk.discard(path)}>
              {text.tryAgain}
            </Button>
          }
        >
          {text.errors.OFFLINE}
        </Notice>
      );
    case 'ready':
      return (
        <CodeEditor
          key={path}
          path={path}
          label={text.files.editor(path)}
          text={file.text}
          revision={file.revision}
          onEdit={(edited) => desk.edit(path, edited)}
        />
      );
  }
}

interface OldFileProps {
  readonly projectId: string;
  readonly path: string;
  readonly version: number;
}

/** A file as it was in an earlier version. */
export function OldFile({ projectId, path, version }: OldFileProps) {
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
        {file.provenance ? text.files.writtenBy(file.provenance.model) : text.files.writtenByPerson}
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

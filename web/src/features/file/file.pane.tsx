import { Save, X } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useText } from '../../text/text.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Empty, Notice, Skeleton } from '../../ui/notice.tsx';
import type { AnswerSegment } from '../generation/answer.segments.ts';
import type { OpenFile } from './file.desk.ts';
import { FileFoot } from './file.foot.tsx';
import styles from './file.pane.module.css';
import { LiveText } from './live.text.tsx';
import type { OpenDesk } from './use.file.desk.ts';

const CodeEditor = lazy(() => import('./code.editor.tsx'));
const BlameView = lazy(() => import('../version/blame.view.tsx'));
const ConflictView = lazy(() => import('./conflict.view.tsx'));

export interface FilePaneProps {
  readonly projectId: string;
  /** The newest version. */
  readonly head: number;
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

/** Open files as tabs, the text of the one in front, and where that comes from. */
export function FilePane(props: FilePaneProps) {
  const { projectId, head, open, activePath, live, notices } = props;
  const text = useText();
  const [isBlamed, setBlamed] = useState(false);
  const active = activePath === null ? null : open.files.get(activePath);
  // Only a text that is saved has lines with an origin.
  const saved = active?.state === 'ready' && !active.isDirty && active.base?.content != null ? active : null;
  const isTraced = isBlamed && saved !== null && !live;
  return (
    <div className={styles.pane}>
      <TabBar {...props} />
      {notices}
      <div className={styles.body}>
        <Suspense fallback={<Skeleton rows={8} />}>
          {live ? (
            <LiveText segment={live} />
          ) : isTraced ? (
            <BlameView projectId={projectId} path={saved.path} head={head} text={saved.text} />
          ) : active ? (
            <Body {...props} file={active} />
          ) : (
            <Empty>{text.files.pick}</Empty>
          )}
        </Suspense>
      </div>
      {!live && active?.base && (
        <FileFoot
          projectId={projectId}
          path={active.path}
          version={head}
          isBlamed={isTraced}
          onBlame={saved && setBlamed}
        />
      )}
    </div>
  );
}

function TabBar({ open, activePath, onActivate, onClose, onSave, isSaving, live }: FilePaneProps) {
  const text = useText();
  const files = [...open.files.values()];
  const unsaved = files.filter(({ isDirty }) => isDirty).length;
  return (
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
        onReplace={(chosen) => desk.replace(path, chosen)}
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

import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useText } from '../../text/text.tsx';
import { Notice } from '../../ui/notice.tsx';
import { FileDialogs, type FileQuestion } from '../file/file.dialogs.tsx';
import { FilePane } from '../file/file.pane.tsx';
import { OldFile } from '../file/old.file.tsx';
import { GenerationReceipt } from '../generation/generation.receipt.tsx';
import { DiffView } from '../version/diff.view.tsx';
import { VersionView } from '../version/version.view.tsx';
import type { WorkspaceState } from './use.workspace.ts';
import styles from './workspace.module.css';
import type { WorkspaceView } from './workspace.view.ts';

interface WorkspaceMiddleProps {
  readonly view: WorkspaceView;
  readonly state: WorkspaceState;
}

/** What the address asks for: files to edit, a version, a comparison, or a receipt. */
export function WorkspaceMiddle({ view, state }: WorkspaceMiddleProps) {
  const { projectId, head, chosen, restore, revert, run, offerPrompt } = state;
  switch (view.kind) {
    case 'version':
      return chosen ? (
        <OldFile
          projectId={projectId}
          path={chosen}
          version={view.number}
          onRevert={view.number === head ? null : () => revert.revert(chosen, view.number)}
        />
      ) : (
        <VersionView
          projectId={projectId}
          number={view.number}
          head={head}
          onRestore={restore.restore}
          onRun={(version) => void run.start({ version })}
          onRevert={revert.revert}
        />
      );
    case 'diff':
      return <DiffView projectId={projectId} from={view.from} to={view.to} head={head} onRevert={revert.revert} />;
    case 'generation':
      return <GenerationReceipt projectId={projectId} id={view.id} onPrompt={offerPrompt} />;
    default:
      return <OpenFiles state={state} />;
  }
}

function OpenFiles({ state: { projectId, head, files, live, openFile } }: { readonly state: WorkspaceState }) {
  const text = useText();
  const navigate = useNavigate();
  const [question, setQuestion] = useState<FileQuestion | null>(null);
  const { open, desk, activePath, unsaved, save, saving } = files;
  if (!open) return null;

  function closeFile(path: string) {
    if (!desk) return;
    if (unsaved.has(path)) return setQuestion({ kind: 'close', path });
    desk.close(path);
    const next = [...desk.files().keys()].at(-1);
    void navigate({ search: next ? `?${new URLSearchParams({ file: next })}` : '' });
  }

  const notices = (
    <div className={styles.notices}>
      {open.isRestored && unsaved.size > 0 && <Notice kind="info">{text.files.restored}</Notice>}
    </div>
  );
  return (
    <>
      <FilePane
        projectId={projectId}
        head={head}
        open={open}
        activePath={activePath}
        onActivate={openFile}
        onClose={closeFile}
        onSave={save}
        isSaving={saving.isBusy}
        live={live}
        notices={notices}
      />
      <FileDialogs question={question} files={files} onAnswered={() => setQuestion(null)} onOpen={openFile} />
    </>
  );
}

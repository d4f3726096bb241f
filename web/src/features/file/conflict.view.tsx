import { MergeView } from '@codemirror/merge';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import styles from './conflict.module.css';
import { createExtensions, loadLanguage } from './editor.setup.ts';
import { openShadow } from './editor.shadow.ts';
import type { OpenFile } from './file.desk.ts';

interface ConflictViewProps {
  readonly file: OpenFile;
  readonly onEdit: (text: string) => void;
  readonly onTakeTheirs: () => void;
  readonly onSaveMine: () => void;
}

/** Both sides of a file that was changed here and elsewhere. The right one can be edited; neither is given up by itself. */
export default function ConflictView({ file, onEdit, onTakeTheirs, onSaveMine }: ConflictViewProps) {
  const text = useText();
  const host = useRef<HTMLDivElement>(null);
  const edit = useRef(onEdit);
  edit.current = onEdit;
  const mine = useRef(file.text);
  const { path, conflict } = file;
  const theirs = conflict?.theirs?.content ?? '';
  const theirsLabel = conflict?.theirs
    ? text.conflict.theirs(conflict.version)
    : `${text.conflict.theirs(conflict?.version ?? 0)}: ${text.conflict.theirsGone}`;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let view: MergeView | null = null;
    let isThere = true;
    const { root, parent } = openShadow(element);
    void loadLanguage(path).then((language) => {
      if (!isThere) return;
      const changed = EditorView.updateListener.of((update) => {
        if (update.docChanged) edit.current(update.state.doc.toString());
      });
      view = new MergeView({
        parent,
        root,
        a: { doc: theirs, extensions: createExtensions({ label: theirsLabel, isReadOnly: true, language }) },
        b: {
          doc: mine.current,
          extensions: [createExtensions({ label: text.conflict.mine, isReadOnly: false, language }), changed],
        },
        revertControls: 'a-to-b',
        collapseUnchanged: { margin: 3, minSize: 8 },
        diffConfig: { scanLimit: 500, timeout: 200 },
      });
      view.dom.style.height = '100%';
      view.dom.style.overflow = 'auto';
    });
    return () => {
      isThere = false;
      view?.destroy();
    };
  }, [path, theirs, theirsLabel, text.conflict.mine]);

  return (
    <div className={styles.conflict}>
      <Notice
        kind="warning"
        actions={
          <>
            <Button size="small" onClick={onTakeTheirs}>
              {text.conflict.takeTheirs}
            </Button>
            <Button size="small" look="primary" onClick={onSaveMine}>
              {text.conflict.saveMine}
            </Button>
          </>
        }
      >
        <strong>{text.conflict.title(path)}.</strong> {text.conflict.body}
      </Notice>
      <div className={styles.labels}>
        <span>{theirsLabel}</span>
        <span>{text.conflict.mine}</span>
      </div>
      <div ref={host} className={styles.sides} />
    </div>
  );
}

import { MergeView } from '@codemirror/merge';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import styles from './conflict.module.css';
import { createExtensions, loadLanguage } from './editor.setup.ts';
import { openShadow } from './editor.shadow.ts';

interface LabelledText {
  readonly label: string;
  readonly text: string;
}

interface TwoTextsProps {
  readonly path: string;
  readonly left: LabelledText;
  /** As it is at first; from then on the editor has it. */
  readonly right: LabelledText;
  readonly onEdit: (text: string) => void;
}

/** Two texts side by side with what differs marked. The right one is edited; parts of the left one move over by a click. */
export function TwoTexts({ path, left, right, onEdit }: TwoTextsProps) {
  const host = useRef<HTMLDivElement>(null);
  const edit = useRef(onEdit);
  edit.current = onEdit;
  const first = useRef(right.text);
  const { label: leftLabel, text: leftText } = left;
  const { label: rightLabel } = right;

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
        a: { doc: leftText, extensions: createExtensions({ label: leftLabel, isReadOnly: true, language }) },
        b: {
          doc: first.current,
          extensions: [createExtensions({ label: rightLabel, isReadOnly: false, language }), changed],
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
  }, [path, leftText, leftLabel, rightLabel]);

  return <div ref={host} className={styles.sides} />;
}

import { Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { createExtensions, loadLanguage } from './editor.setup.ts';
import { openShadow } from './editor.shadow.ts';

interface CodeEditorProps {
  readonly path: string;
  readonly label: string;
  readonly text: string;
  /** Another one takes `text` over; the same one leaves the editor alone. */
  readonly revision: number;
  readonly isReadOnly?: boolean;
  readonly onEdit?: (text: string) => void;
}

/** CodeMirror with one file in it. Its own keys and undo history stay while the page around it changes. */
export default function CodeEditor({ path, label, text, revision, isReadOnly = false, onEdit }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const edit = useRef(onEdit);
  edit.current = onEdit;
  const first = useRef(text);

  useEffect(() => {
    if (!host.current) return;
    const language = new Compartment();
    const { root, parent } = openShadow(host.current);
    const editor = new EditorView({
      parent,
      root,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          createExtensions({ label, isReadOnly, language: language.of([]) }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) edit.current?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    void loadLanguage(path).then((loaded) => {
      if (view.current === editor) editor.dispatch({ effects: language.reconfigure(loaded) });
    });
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [path, label, isReadOnly]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says when the text comes from outside
  useEffect(() => {
    first.current = text;
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [revision]);
  // A later editor of the same file begins with what the last one held.
  first.current = text;

  return <div ref={host} className="code-editor" style={{ height: '100%' }} />;
}

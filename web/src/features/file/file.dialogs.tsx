import { CloseFileDialog } from './close.file.dialog.tsx';
import { NewFileDialog } from './new.file.dialog.tsx';
import type { ProjectFiles } from './use.project.files.ts';

/** What is asked of a file before something is done with it. */
export type FileQuestion = { readonly kind: 'new' } | { readonly kind: 'close'; readonly path: string };

interface FileDialogsProps {
  readonly question: FileQuestion | null;
  readonly files: ProjectFiles;
  readonly onAnswered: () => void;
  readonly onOpen: (path: string) => void;
}

export function FileDialogs({ question, files: { desk, paths, save }, onAnswered, onOpen }: FileDialogsProps) {
  if (question?.kind === 'close') {
    const { path } = question;
    return (
      <CloseFileDialog
        path={path}
        onClose={onAnswered}
        onSave={() => {
          onAnswered();
          save();
        }}
        onDiscard={() => {
          onAnswered();
          void desk?.discard(path).then(() => desk.close(path));
        }}
      />
    );
  }
  if (question?.kind === 'new') {
    return (
      <NewFileDialog
        paths={paths}
        onClose={onAnswered}
        onCreate={(path) => {
          onAnswered();
          desk?.create(path);
          onOpen(path);
        }}
      />
    );
  }
  return null;
}

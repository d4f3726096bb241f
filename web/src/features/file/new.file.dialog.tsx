import { type FormEvent, useState } from 'react';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';

interface NewFileDialogProps {
  readonly paths: readonly string[];
  readonly onClose: () => void;
  readonly onCreate: (path: string) => void;
}

/** Asks for the path of a file that is not there yet. The project itself checks it when the file is saved. */
export function NewFileDialog({ paths, onClose, onCreate }: NewFileDialogProps) {
  const text = useText();
  const [path, setPath] = useState('');
  const isTaken = paths.includes(path.trim());
  function submit(event: FormEvent) {
    event.preventDefault();
    if (path.trim() !== '' && !isTaken) onCreate(path.trim());
  }
  return (
    <Dialog title={text.files.newFile} isOpen onClose={onClose}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 16 }}>
        <TextField
          label={text.files.newPath}
          value={path}
          onChange={(event) => setPath(event.target.value)}
          placeholder="src/args.js"
          required
        />
        {isTaken && <Notice kind="warning">{text.files.exists}</Notice>}
        <DialogActions>
          <Button look="quiet" onClick={onClose}>
            {text.cancel}
          </Button>
          <Button type="submit" look="primary" disabled={isTaken}>
            {text.files.create}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

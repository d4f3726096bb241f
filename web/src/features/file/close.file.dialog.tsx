import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';

interface CloseFileDialogProps {
  readonly path: string;
  readonly onClose: () => void;
  readonly onSave: () => void;
  readonly onDiscard: () => void;
}

/** Asked before a file that is not saved leaves the desk. */
export function CloseFileDialog({ path, onClose, onSave, onDiscard }: CloseFileDialogProps) {
  const text = useText();
  return (
    <Dialog title={text.files.closeTitle(path)} isOpen onClose={onClose}>
      <p>{text.files.closeBody}</p>
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          {text.cancel}
        </Button>
        <Button look="danger" onClick={onDiscard}>
          {text.files.discard}
        </Button>
        <Button look="primary" onClick={onSave}>
          {text.files.saveAll}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

import { useText } from '../text/text.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { type Shortcut, toKeyLabel } from './keys.ts';
import styles from './shortcut.module.css';

export default function ShortcutList({ onClose }: { readonly onClose: () => void }) {
  const text = useText();
  const rows: [Shortcut, string][] = [
    ['mod+k', text.shortcuts.palette],
    ['mod+Enter', text.shortcuts.send],
    ['mod+s', text.shortcuts.save],
    ['mod+.', text.shortcuts.stop],
    ['mod+/', text.shortcuts.help],
  ];
  return (
    <Dialog title={text.shortcuts.title} isOpen onClose={onClose}>
      <dl className={styles.list}>
        {rows.map(([shortcut, what]) => (
          <div key={shortcut}>
            <dt>{what}</dt>
            <dd>
              <kbd>{toKeyLabel(shortcut)}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <DialogActions>
        <Button onClick={onClose}>{text.close}</Button>
      </DialogActions>
    </Dialog>
  );
}

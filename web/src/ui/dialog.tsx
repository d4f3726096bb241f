import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import styles from './dialog.module.css';

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Without padding and with the title for screen readers only. Default false. */
  readonly isBare?: boolean;
  /** What has the focus once it is closed. Default: what had it when it opened. */
  readonly returnTo?: RefObject<HTMLElement | null>;
}

/** A question on top of the page. Escape and a click beside it close it; the focus returns where it was. */
export function Dialog({ title, isOpen, onClose, children, isBare = false, returnTo }: DialogProps) {
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={`${styles.popup} ${isBare ? styles.bare : ''}`} finalFocus={returnTo}>
          <Base.Title className={isBare ? 'visually-hidden' : styles.title}>{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

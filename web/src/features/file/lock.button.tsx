import { Lock, LockOpen } from 'lucide-react';
import { useText } from '../../text/text.tsx';
import styles from './file.list.module.css';

interface LockButtonProps {
  readonly path: string;
  /** The path or the folder above it that is locked; null where none is. */
  readonly lock: string | null;
  /** Null where locks can only be looked at. */
  readonly onLock: ((path: string, lock: boolean) => void) | null;
}

/** Shows whether generations leave a path alone, and changes that. What is locked with its folder is unlocked there. */
export function LockButton({ path, lock, onLock }: LockButtonProps) {
  const text = useText();
  const Icon = lock === null ? LockOpen : Lock;
  const isOwn = lock !== null && lock.length === path.length;
  if (!onLock || (lock !== null && !isOwn)) {
    if (lock === null) return null;
    const label = isOwn ? text.files.locked : text.files.lockedWith(lock);
    return (
      <span className={styles.lock} data-locked role="img" aria-label={label} title={label}>
        <Icon size={13} aria-hidden />
      </span>
    );
  }
  const label = lock === null ? text.files.lock(path) : text.files.unlock(path);
  return (
    <button
      type="button"
      // In the tree the arrows and keys of the row are used.
      tabIndex={-1}
      className={styles.lock}
      data-locked={lock === null ? undefined : true}
      aria-pressed={lock !== null}
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        onLock(path, lock === null);
      }}
    >
      <Icon size={13} aria-hidden />
    </button>
  );
}

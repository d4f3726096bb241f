import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight, FilePlus } from 'lucide-react';
import { memo, useDeferredValue, useMemo, useRef, useState } from 'react';
import { useText } from '../../text/text.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/notice.tsx';
import styles from './file.list.module.css';
import { toLockFinder } from './file.locks.ts';
import { type FileListRow, toFileRows } from './file.rows.ts';
import { LockButton } from './lock.button.tsx';

const ROW_PX = 26;

interface FileListProps {
  readonly paths: readonly string[];
  readonly activePath: string | null;
  readonly unsaved: ReadonlySet<string>;
  /** Paths that no generation changes. */
  readonly locked: readonly string[];
  /** Null where locks can only be looked at. */
  readonly onLock: ((path: string, lock: boolean) => void) | null;
  readonly onOpen: (path: string) => void;
  /** Null where no file can be made, as in an old version. */
  readonly onNew: (() => void) | null;
}

/** The files as a tree with a search; only the lines in sight are drawn, and none while a prompt is typed. */
export const FileList = memo(function FileList({
  paths,
  activePath,
  unsaved,
  locked,
  onLock,
  onOpen,
  onNew,
}: FileListProps) {
  const text = useText();
  const [search, setSearch] = useState('');
  // The field has each key at once; the list follows.
  const wanted = useDeferredValue(search);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const findLock = useMemo(() => toLockFinder(locked), [locked]);
  const rows = useMemo(() => toFileRows(paths, { closed, search: wanted }), [paths, closed, wanted]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });

  function activate({ kind, path }: FileListRow) {
    if (kind === 'file') return onOpen(path);
    const next = new Set(closed);
    if (!next.delete(path)) next.add(path);
    setClosed(next);
  }

  function onKeyDown(event: React.KeyboardEvent) {
    const row = rows[focused];
    const to = { ArrowDown: focused + 1, ArrowUp: focused - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const index = Math.max(0, Math.min(rows.length - 1, to));
      setFocused(index);
      virtualizer.scrollToIndex(index);
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
    } else if (row && onLock && event.key === 'l' && !(event.ctrlKey || event.metaKey || event.altKey)) {
      event.preventDefault();
      onLock(row.path, findLock(row.path) === null);
    } else if (row?.kind === 'folder' && (event.key === 'ArrowLeft') !== closed.has(row.path)) {
      if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') activate(row);
    }
  }

  const tabStop = Math.min(focused, rows.length - 1);
  return (
    <div className={styles.files}>
      <div className={styles.head}>
        <input
          type="search"
          className={styles.search}
          aria-label={text.files.search}
          placeholder={text.files.search}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {onNew && <IconButton size="small" label={text.files.newFile} icon={FilePlus} onClick={onNew} />}
      </div>
      {rows.length === 0 && <Empty>{search ? text.files.noMatch : text.files.none}</Empty>}
      <div ref={scroller} className={styles.scroller} onKeyDown={onKeyDown} role="tree" aria-label={text.files.title}>
        <div className={styles.all} style={{ height: virtualizer.getTotalSize() }} role="none">
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (!row) return null;
            const { kind, path, name, depth } = row;
            const isFolder = kind === 'folder';
            return (
              <div
                key={`${kind}:${path}`}
                role="treeitem"
                data-index={index}
                tabIndex={index === tabStop ? 0 : -1}
                aria-level={depth + 1}
                aria-selected={path === activePath}
                aria-expanded={isFolder ? !closed.has(path) : undefined}
                className={styles.row}
                style={{ transform: `translateY(${start}px)`, paddingInlineStart: 8 + depth * 14 }}
                title={path}
                onClick={() => activate(row)}
                onFocus={() => setFocused(index)}
                aria-keyshortcuts={onLock ? 'l' : undefined}
                onKeyDown={(event) => {
                  if (event.target !== event.currentTarget) return;
                  if (event.key !== 'Enter' && event.key !== ' ') return;
                  event.preventDefault();
                  activate(row);
                }}
              >
                {isFolder ? <Chevron isClosed={closed.has(path)} /> : <span className={styles.indent} />}
                <span className={styles.name}>{name}</span>
                {unsaved.has(path) && (
                  <span className={styles.dot} role="img" title={text.files.unsaved} aria-label={text.files.unsaved} />
                )}
                <LockButton path={path} lock={findLock(path)} onLock={onLock} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
});

function Chevron({ isClosed }: { readonly isClosed: boolean }) {
  const Icon = isClosed ? ChevronRight : ChevronDown;
  return <Icon size={14} aria-hidden className={styles.indent} />;
}

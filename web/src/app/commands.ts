import { useEffect, useRef, useSyncExternalStore } from 'react';

/** Something that the palette offers. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: 'file' | 'version' | 'project' | 'action';
  readonly keys?: string;
  run(): void;
}

const sources = new Set<{ readonly current: readonly Command[] }>();
const listeners = new Set<() => void>();
let snapshot: readonly Command[] = [];

function publish(): void {
  snapshot = [...sources].flatMap(({ current }) => current);
  for (const listener of listeners) listener();
}

/** Offers these commands while the component is there. Give a memoised list. */
export function useCommands(commands: readonly Command[]): void {
  const source = useRef<{ current: readonly Command[] }>({ current: [] });
  useEffect(() => {
    const own = source.current;
    own.current = commands;
    sources.add(own);
    publish();
    return () => {
      sources.delete(own);
      publish();
    };
  }, [commands]);
}

export function useOfferedCommands(): readonly Command[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => snapshot,
  );
}

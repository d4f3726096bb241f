import { useEffect, useRef } from 'react';

/** `mod` is Command on Apple's machines and Control elsewhere. */
export type Shortcut = 'mod+k' | 'mod+s' | 'mod+.' | 'mod+/' | 'mod+Enter';

const isApple = /mac|iphone|ipad/i.test(navigator.platform);

/** As people read it: `⌘K`, `Ctrl+K`. */
export function toKeyLabel(shortcut: Shortcut): string {
  const key = shortcut.slice(4);
  const shown = key.length === 1 ? key.toUpperCase() : key;
  return isApple ? `⌘${shown}` : `Ctrl+${shown}`;
}

export function matches(event: Pick<KeyboardEvent, 'key' | 'metaKey' | 'ctrlKey'>, shortcut: Shortcut): boolean {
  const mod = isApple ? event.metaKey : event.ctrlKey;
  return mod && event.key.toLowerCase() === shortcut.slice(4).toLowerCase();
}

/** Runs while the component is there, wherever the focus is; the browser's own meaning of the keys is off. */
export function useShortcut(shortcut: Shortcut, action: (() => void) | null): void {
  const current = useRef(action);
  current.current = action;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!current.current || event.defaultPrevented || !matches(event, shortcut)) return;
      event.preventDefault();
      current.current();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [shortcut]);
}

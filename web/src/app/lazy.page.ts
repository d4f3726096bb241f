import { type ComponentType, lazy } from 'react';
import { loadPageTexts } from '../text/text.tsx';

/** Loads what will be shown soon. */
export function preload(load: () => Promise<unknown>): void {
  // What did not come is loaded again when it is shown, and says so then.
  load().catch(() => undefined);
}

/** A component that is loaded when it is first shown, with the words of the pages behind the first one. */
export function lazyPage<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(async () => {
    const [module] = await Promise.all([load(), loadPageTexts()]);
    return module;
  });
}

import { useState } from 'react';

/** `inline` is one column with what was removed above what was added; `split` is before beside after. */
export type DiffMode = 'inline' | 'split';

const STORED = 'diff-mode';

/** How comparisons are shown, as it was chosen last in this browser. Default `inline`. */
export function useDiffMode(): [DiffMode, (mode: DiffMode) => void] {
  const [mode, setMode] = useState<DiffMode>(() => (localStorage.getItem(STORED) === 'split' ? 'split' : 'inline'));
  const choose = (chosen: DiffMode) => {
    localStorage.setItem(STORED, chosen);
    setMode(chosen);
  };
  return [mode, choose];
}

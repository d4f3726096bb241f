import { cloneElement, type ReactElement, type ReactNode, Suspense, useState } from 'react';

interface OnDemandProps {
  readonly button: ReactElement<{ onClick?: () => void; onPointerEnter?: () => void; onFocus?: () => void }>;
  /** Starts to load what opens, as soon as the button is pointed at. */
  readonly preload: () => void;
  /** The same button with what it opens, open at first. */
  readonly children: ReactNode;
}

/** A button whose menu or popover is loaded when it is first wanted, so that the first page does without it. */
export function OnDemand({ button, preload, children }: OnDemandProps) {
  const [isWanted, setWanted] = useState(false);
  if (isWanted) return <Suspense fallback={button}>{children}</Suspense>;
  return cloneElement(button, { onClick: () => setWanted(true), onPointerEnter: preload, onFocus: preload });
}

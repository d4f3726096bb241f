import { useEffect } from 'react';

/** The title of the browser's tab; screen readers say it on arrival. */
export function useTitle(title: string | null | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · VibeCode AI` : 'VibeCode AI';
  }, [title]);
}

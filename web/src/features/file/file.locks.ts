/** The same for paths that some file systems cannot distinguish, as the server has it. */
function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Finds the lock of a path: the path itself, or the nearest folder above it; null where there is none. */
export function toLockFinder(locked: readonly string[]): (path: string) => string | null {
  const byFolded = new Map(locked.map((path) => [foldPath(path), path]));
  return (path) => {
    if (byFolded.size === 0) return null;
    const folded = foldPath(path);
    for (let end = folded.length; end > 0; end = folded.lastIndexOf('/', end - 1)) {
      const lock = byFolded.get(folded.slice(0, end));
      if (lock !== undefined) return lock;
    }
    return null;
  };
}

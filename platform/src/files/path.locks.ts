import { foldPath } from '../file.path.ts';

/**
 * The paths of a project that no generation changes: files, and folders with all that is in them. Paths that some file systems
 * cannot distinguish count as one.
 */
export class PathLocks {
  readonly #pathByFolded: ReadonlyMap<string, string>;

  /** @param paths relative, without a slash at the end */
  constructor(paths: readonly string[]) {
    this.#pathByFolded = new Map(paths.map((path) => [foldPath(path), path]));
  }

  /** @returns the lock that holds a path: of the path itself, or of the nearest folder above it; null if none does */
  find(path: string): string | null {
    const folded = foldPath(path);
    for (let end = folded.length; end > 0; end = folded.lastIndexOf('/', end - 1)) {
      const lock = this.#pathByFolded.get(folded.slice(0, end));
      if (lock !== undefined) return lock;
    }
    return null;
  }
}

import { foldPath } from '@vibecode/platform/file.path';
import { PathLocks } from '@vibecode/platform/files/path.locks';
import type { Change } from './changeset.ts';
import { LockedByFolderError, PathsLockedError, ProjectTooLargeError } from './errors.ts';
import { assertPath, comparePaths } from './file.path.ts';

/** Paths that a project may have locked. */
const MAX_LOCKED_PATHS = 1_000;

/**
 * Adds paths to the locked ones, in path order. A path that is locked already, or equal to one on systems that ignore case, is not
 * added again.
 *
 * @throws {PathInvalidError}
 * @throws {ProjectTooLargeError}
 */
export function addLocks(locked: readonly string[], paths: readonly string[]): string[] {
  const byFolded = new Map(locked.map((path) => [foldPath(path), path]));
  for (const path of toLockPaths(paths)) if (!byFolded.has(foldPath(path))) byFolded.set(foldPath(path), path);
  if (byFolded.size > MAX_LOCKED_PATHS) {
    throw new ProjectTooLargeError('paths', 'locked paths', MAX_LOCKED_PATHS, byFolded.size);
  }
  return [...byFolded.values()].sort(comparePaths);
}

/**
 * Removes paths from the locked ones. A path that is not locked is passed over.
 *
 * @throws {LockedByFolderError} a path would stay locked, because a folder above it is
 */
export function removeLocks(locked: readonly string[], paths: readonly string[]): string[] {
  const removed = toLockPaths(paths);
  const folded = new Set(removed.map(foldPath));
  const left = locked.filter((path) => !folded.has(foldPath(path)));
  const locks = new PathLocks(left);
  for (const path of removed) {
    const folder = locks.find(path);
    if (folder !== null) throw new LockedByFolderError(path, folder);
  }
  return left;
}

/**
 * Takes the changes of locked paths out of a changeset. A move is of both its paths.
 *
 * @throws {PathsLockedError} no change is left
 */
export function withoutLocked(
  locked: readonly string[],
  changes: readonly Change[],
): { readonly changes: readonly Change[]; readonly leftAlone: readonly string[] } {
  const locks = new PathLocks(locked);
  const leftAlone = new Set<string>();
  const kept = changes.filter((change) => {
    const paths = change.operation === 'MOVE' ? [change.path, change.to] : [change.path];
    const found = paths.filter((path) => locks.find(path) !== null);
    for (const path of found) leftAlone.add(path);
    return found.length === 0;
  });
  if (kept.length === 0) throw new PathsLockedError([...leftAlone]);
  return { changes: kept, leftAlone: [...leftAlone].sort(comparePaths) };
}

/** `/src/`, `./src` and `src` are the same folder. */
function toLockPaths(paths: readonly string[]): string[] {
  return paths.map((written, index) => {
    let path = written;
    while (path.startsWith('/') || path.startsWith('./')) path = path.slice(path.indexOf('/') + 1);
    while (path.endsWith('/')) path = path.slice(0, -1);
    assertPath(path, `paths.${index}`);
    return path;
  });
}

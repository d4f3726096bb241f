import { findPathProblem } from '@vibecode/platform/file.path';
import { PathInvalidError } from './errors.ts';

/**
 * Requires a path that every file system supports.
 *
 * @param field the path's position in the input, for the error
 * @throws {PathInvalidError}
 */
export function assertPath(path: string, field: string): void {
  const problem = findPathProblem(path);
  if (problem) throw new PathInvalidError(field, path, problem);
}

/** The order of `files`: by code point, so that a folder's files are adjacent. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

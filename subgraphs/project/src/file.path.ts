import { PathInvalidError } from './errors.ts';

const MOST_BYTES = 512;
const MOST_SEGMENT_BYTES = 255;
/** MongoDB nests documents 100 deep; a folder of the tree takes two levels. */
const MOST_SEGMENTS = 24;

/**
 * A path as every system can hold it: relative, `/` between segments, none of them `.`, `..`, `.git` or empty.
 *
 * @param field where the path stood in the input, for the error
 * @throws {PathInvalidError}
 */
export function assertPath(path: string, field: string): void {
  const problem = findPathProblem(path);
  if (problem) throw new PathInvalidError(field, path, problem);
}

function findPathProblem(path: string): string | null {
  if (path === '') return 'is empty; expected one like src/index.js';
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (Buffer.byteLength(path) > MOST_BYTES) return `is longer than ${MOST_BYTES} bytes`;
  if (path.includes('\\')) return 'contains a backslash; separate folders by /';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'is absolute; expected one relative to the project';
  if (/\p{Cc}/u.test(path)) return 'contains a control character';
  const segments = path.split('/');
  if (segments.length > MOST_SEGMENTS) return `is nested deeper than ${MOST_SEGMENTS} levels`;
  for (const segment of segments) {
    if (segment === '') return 'contains an empty segment';
    if (segment === '.' || segment === '..') return `contains a '${segment}' segment`;
    if (segment.toLowerCase() === '.git') return "contains a '.git' segment, which belongs to version control";
    if (segment !== segment.trim() || segment.endsWith('.'))
      return 'has a segment that begins or ends in a space or ends in a dot';
    if (Buffer.byteLength(segment) > MOST_SEGMENT_BYTES) return `has a segment longer than ${MOST_SEGMENT_BYTES} bytes`;
  }
  return null;
}

/** What two paths share that some file system cannot tell apart. */
export function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

/** `a`, `a/b` of `a/b/c`. */
export function toFolders(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** The order of `files`: by code point, so a folder's files stand together. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

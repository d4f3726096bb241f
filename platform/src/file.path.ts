const MAX_BYTES = 512;
const MAX_SEGMENT_BYTES = 255;
/** MongoDB limits the nesting of documents to 100 levels, and a folder of a project's tree takes two. */
const MAX_SEGMENTS = 24;

/**
 * What is wrong with the path of a project's file, as the end of a sentence: `is empty`. Null for one that every file system supports:
 * relative, segments separated by `/`, none of them `.`, `..`, `.git` or empty.
 */
export function findPathProblem(path: string): string | null {
  if (path === '') return 'is empty; expected a path such as src/index.js';
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (Buffer.byteLength(path) > MAX_BYTES) return `is longer than ${MAX_BYTES} bytes`;
  if (path.includes('\\')) return 'contains a backslash; separate folders by /';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'is absolute; expected a path relative to the project';
  if (/\p{Cc}/u.test(path)) return 'contains a control character';
  const segments = path.split('/');
  if (segments.length > MAX_SEGMENTS) return `is nested deeper than ${MAX_SEGMENTS} levels`;
  for (const segment of segments) {
    if (segment === '') return 'contains an empty segment';
    if (segment === '.' || segment === '..') return `contains a '${segment}' segment`;
    if (segment.toLowerCase() === '.git') return "contains a '.git' segment, which belongs to version control";
    if (segment !== segment.trim() || segment.endsWith('.'))
      return 'has a segment that begins or ends with a space, or ends with a dot';
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `has a segment longer than ${MAX_SEGMENT_BYTES} bytes`;
  }
  return null;
}

/** A form that is equal for paths that some file systems cannot distinguish. */
export function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

/** The folders of a path: `a` and `a/b` for `a/b/c`. */
export function toFolders(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

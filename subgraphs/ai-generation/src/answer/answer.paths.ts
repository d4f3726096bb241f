import { findPathInHeading, PATH } from './answer.heading.ts';

/**
 * Paths in answers: which are acceptable, and where a model that printed a code block instead of writing a file has named one.
 */

const MOST_PATH_CHARACTERS = 255;

/** Where models that work in a container believe the project to be. */
const PROJECT_ROOT = /^(?:\/home\/project|\/workspace|\/workspaces|\/app|\/repo|\/project)\/+/;
/** Folders of a system, which no project means. */
const SYSTEM_ROOT =
  /^\/(?:bin|boot|dev|etc|home|lib|lib64|mnt|opt|proc|root|run|sbin|sys|tmp|usr|var|Users|private|System|Windows)(?:\/|$)/;

/**
 * A path as the project may hold it: relative, forward slashes, no `.` or `..` segments. `/src/a.js` is `src/a.js`: models take the
 * project for the root.
 *
 * @returns the path, or what is wrong with it
 */
export function toProjectPath(written: string): { readonly path: string } | { readonly problem: string } {
  const relative = written
    .trim()
    .replaceAll('\\', '/')
    .replace(PROJECT_ROOT, '')
    .replace(/^(?:\.\/)+/, '');
  if (relative === '') return { problem: 'is empty' };
  if (relative.length > MOST_PATH_CHARACTERS) return { problem: `is longer than ${MOST_PATH_CHARACTERS} characters` };
  if (SYSTEM_ROOT.test(relative) || /^[a-z]:/i.test(relative) || relative.startsWith('~'))
    return { problem: 'is absolute; expected one relative to the project' };
  if (/\p{Cc}/u.test(relative)) return { problem: 'contains control characters' };
  const path = relative.startsWith('/') ? relative.slice(1) : relative;
  const segments = path.split('/');
  if (segments.includes('..') || segments.includes('.')) return { problem: "contains '.' or '..' segments" };
  if (segments.includes('')) return { problem: 'contains an empty segment' };
  return { path };
}

const KNOWN_NAMES =
  /(?:^|\/)(?:Dockerfile|Makefile|Procfile|LICENSE|Gemfile|Rakefile|\.gitignore|\.env\.example|\.dockerignore|\.editorconfig)$/;
const EXTENSION = /[^/]\.[A-Za-z][A-Za-z0-9]{0,9}$/;
/** Products that are named like files. */
const PRODUCTS = /^(?:node|next|vue|nuxt|react|express|three|d3|nest|ember|backbone|alpine|asp)\.(?:js|net)$/i;

const PATH_HERE = new RegExp(PATH, 'y');
const WHOLE_PATH = new RegExp(`^${PATH}$`);
const ATTRIBUTE_KEY = /\b(?:title|file|filename|path|name)\s*[=:]\s*["'{]?/gi;
const COMMENT = new RegExp(
  String.raw`^\s*(?:\/\/|#|--|;|%|<!--|\/\*+|\{\/\*)\s*(?:file(?:name)?\s*:\s*|path\s*:\s*)?(${PATH})(?:\s*(?:-->|\*\/\}?))?\s*$`,
  'i',
);
const QUOTED = new RegExp(String.raw`\x60(${PATH})\x60`, 'g');
const NAMED_KEY = /\bfile\s+(?:named|called)\s+["'\x60]?/gi;

/** The path in a fence's info string: `js src/index.js`, `src/index.js`, `js:src/index.js`, `js title="index.js"`. */
export function findPathInFenceInfo(info: string): string | null {
  const attribute = findPathBehind(ATTRIBUTE_KEY, info);
  if (attribute && isFilePath(attribute)) return attribute;
  const words = info.split(/\s+/).flatMap((word) => [word, word.slice(word.indexOf(':') + 1)]);
  return words.map((word) => word.replace(/^\(|\)$/g, '')).find((word) => isWholePath(word)) ?? null;
}

/** The path of the block behind a line of talk: of a heading, or one that a sentence mentions. */
export function findAnnouncedPath(line: string): { readonly path: string; readonly isMentioned: boolean } | null {
  const heading = findPathAsHeading(line);
  if (heading !== null) return { path: heading, isMentioned: false };
  const mentioned = findPathInSentence(line);
  return mentioned === null ? null : { path: mentioned, isMentioned: true };
}

/** The path in a line that is a heading of its own. */
export function findPathAsHeading(line: string): string | null {
  const heading = findPathInHeading(line);
  return heading && isFilePath(heading) && !PRODUCTS.test(heading) ? heading : null;
}

/** The path in a sentence that quotes exactly one, or says what a file is called. */
function findPathInSentence(line: string): string | null {
  const quoted = [...line.matchAll(QUOTED)].map(([, path = '']) => path).filter(isFilePath);
  if (quoted.length === 1 && quoted[0]) return quoted[0];
  const named = findPathBehind(NAMED_KEY, line);
  return named && isFilePath(named) ? named : null;
}

/** The path in a block's first line, where that is a comment with nothing but a path. */
export function findPathInComment(line: string): string | null {
  const path = COMMENT.exec(line)?.[1];
  return path && isFilePath(path) && !PRODUCTS.test(path) ? path : null;
}

/** The path behind the first match of `key` that has one behind it. */
function findPathBehind(key: RegExp, text: string): string | null {
  for (const { 0: match, index } of text.matchAll(key)) {
    PATH_HERE.lastIndex = index + match.length;
    const path = PATH_HERE.exec(text)?.[0];
    if (path !== undefined) return path;
  }
  return null;
}

function isWholePath(word: string): boolean {
  return WHOLE_PATH.test(word) && isFilePath(word);
}

function isFilePath(path: string): boolean {
  return (EXTENSION.test(path) || KNOWN_NAMES.test(path)) && 'path' in toProjectPath(path);
}

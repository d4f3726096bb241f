import { findPathInHeading, PATH } from './answer.heading.ts';

/**
 * Paths in answers: which are acceptable, and where a model that printed a code block instead of writing a file has named one.
 */

const MOST_PATH_CHARACTERS = 255;

/**
 * A path as the project may hold it: relative, forward slashes, no `.` or `..` segments.
 *
 * @returns the path, or what is wrong with it
 */
export function toProjectPath(written: string): { readonly path: string } | { readonly problem: string } {
  const path = written
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '');
  if (path === '') return { problem: 'is empty' };
  if (path.length > MOST_PATH_CHARACTERS) return { problem: `is longer than ${MOST_PATH_CHARACTERS} characters` };
  if (path.startsWith('/') || /^[a-z]:/i.test(path))
    return { problem: 'is absolute; expected one relative to the project' };
  if (/\p{Cc}/u.test(path)) return { problem: 'contains control characters' };
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

/** The path in the line before a fence: a heading, a bold or quoted name, or a sentence that quotes exactly one. */
export function findPathInTalk(line: string): string | null {
  const heading = findPathInHeading(line);
  if (heading && isFilePath(heading) && !PRODUCTS.test(heading)) return heading;
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

const ENTRY_FILES: Readonly<Record<string, string>> = {
  javascript: 'index.js',
  js: 'index.js',
  mjs: 'index.mjs',
  node: 'index.js',
  jsx: 'index.jsx',
  typescript: 'index.ts',
  ts: 'index.ts',
  tsx: 'index.tsx',
  python: 'main.py',
  py: 'main.py',
  html: 'index.html',
  css: 'style.css',
  go: 'main.go',
  rust: 'main.rs',
  java: 'Main.java',
  ruby: 'main.rb',
  php: 'index.php',
};

/** The file a code block of a language goes to when an answer names no file at all; null for shells, data and output. */
export function findEntryFile(language: string): string | null {
  return ENTRY_FILES[language.toLowerCase()] ?? null;
}

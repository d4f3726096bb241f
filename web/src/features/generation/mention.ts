import { go, type Snapshot, snapshot } from 'fuzzysort';

/** An `@` in a prompt with what was typed behind it. */
export interface Mention {
  /** Where the `@` stands. */
  readonly start: number;
  readonly end: number;
  /** What was typed behind it. */
  readonly query: string;
}

const MAX_QUERY = 200;
const MIN_SCORE = 0.2;

/** Finds the mention that the caret is in: an `@` at the start of a word. Null where there is none. */
export function findMention(text: string, caret: number): Mention | null {
  const before = text.slice(Math.max(0, caret - MAX_QUERY), caret);
  const at = before.lastIndexOf('@');
  if (at < 0 || /\s/.test(before.slice(at))) return null;
  // `me@example.com` names nobody's file.
  const start = caret - (before.length - at);
  if (start > 0 && !/[\s([{,;:'"`]/.test(text[start - 1] ?? '')) return null;
  return { start, end: caret, query: before.slice(at + 1) };
}

/** The prompt with the path in place of the mention, and where the caret is then. */
export function completeMention(text: string, { start, end }: Mention, path: string): { text: string; caret: number } {
  const rest = text.slice(end);
  const inserted = rest.startsWith(' ') ? path : `${path} `;
  return { text: text.slice(0, start) + inserted + rest, caret: start + path.length + 1 };
}

/** Paths, prepared to be searched on every key. */
export interface PathIndex {
  readonly paths: readonly string[];
  readonly prepared: Snapshot;
}

export function toPathIndex(paths: readonly string[]): PathIndex {
  return { paths, prepared: snapshot(paths) };
}

/** The best first. Its characters may be anywhere in the path, in their order; without any, the first paths. */
export function findPaths({ paths, prepared }: PathIndex, query: string, limit: number): string[] {
  if (query === '') return paths.slice(0, limit);
  return go(query, prepared, { limit, threshold: MIN_SCORE }).map(({ target }) => target);
}

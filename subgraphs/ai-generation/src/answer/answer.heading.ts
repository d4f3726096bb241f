/**
 * A path in a line that is a heading of its own: `## src/app.js`, `**src/app.js**:`, `1. File: app.js (new)`. One expression for
 * all of it takes cubic time on a line of spaces or brackets, so the line is read in parts, each in one direction.
 */

const FILE_NAME = String.raw`(?:\.?[\w@+()[\]-]+(?:\.[\w@+()[\]-]+)*)`;
/** A relative path, as the source of a regular expression. */
export const PATH = String.raw`(?:\./)?(?:${FILE_NAME}/)*${FILE_NAME}`;

const PATH_HERE = new RegExp(PATH, 'y');
/** Marks of headings and lists. */
const MARKS = /^\s*(?:#{1,6}\s+|\d+[.)]\s+|[-*+]\s+)*/;
const BOLD = /\*\*|__/y;
/** What may announce the path. The longest comes first, because a file may be named like a shorter one. */
const LABELS = [/file\s?name/iy, /file/iy, /path/iy, /create/iy, /save as/iy];
const COLON = /\s*(?::\s*)?/y;
const QUOTE = /[`"']/y;
/** What may stand behind the path. */
const TAIL = /[`"']?(?:\*\*|__)?(?:\s*\([^)]*\))?(?:\s*:)?(?:\s*(?:\*\*|__))?\s*$/y;
/** What may stand behind a remark in brackets. */
const TAIL_BEHIND_REMARK = /(?:\s*:)?(?:\s*(?:\*\*|__))?\s*$/y;

/** The path that a line is the heading of, or null. It may still be one that is not acceptable. */
export function findPathInHeading(line: string): string | null {
  const from = MARKS.exec(line)?.[0].length ?? 0;
  for (const start of findStarts(line, from)) {
    const end = findEnd(line, start);
    if (end !== null) return line.slice(start, end);
  }
  return null;
}

/** Where the path may begin: behind bold marks, a label and a quote, or where these are part of the path. A handful of places. */
function* findStarts(line: string, from: number): Generator<number> {
  for (const bold of [skip(BOLD, line, from), from]) {
    if (bold === null) continue;
    for (const label of [...LABELS.map((label) => skip(label, line, bold)), bold]) {
      if (label === null) continue;
      const labelled = label === bold ? bold : (skip(COLON, line, label) ?? label);
      for (const start of [skip(BOLD, line, labelled), labelled]) {
        if (start !== null) yield skip(QUOTE, line, start) ?? start;
      }
    }
  }
}

/** The end of the longest path from `start` behind which only what ends a heading follows. */
function findEnd(line: string, start: number): number | null {
  const end = skip(PATH_HERE, line, start);
  if (end === null) return null;
  if (skip(TAIL, line, end) !== null) return end;
  // Brackets may be part of a path. A shorter one helps where the line ends in a remark that opens inside the longest path.
  const close = line.lastIndexOf(')');
  if (close === -1 || skip(TAIL_BEHIND_REMARK, line, close + 1) === null) return null;
  const least = Math.max(start, close === 0 ? -1 : line.lastIndexOf(')', close - 1));
  for (let at = Math.min(end, close) - 1; at > least; at -= 1) {
    if (line[at] === '(' && line[at - 1] !== '.' && line[at - 1] !== '/') return at;
  }
  return null;
}

/** Where a sticky expression that matches at `at` ends, or null. */
function skip(expression: RegExp, text: string, at: number): number | null {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : null;
}

/** One replacement in a file that is there already. */
export interface Replacement {
  readonly search: string;
  readonly replace: string;
  /** Where a diff says that it stands: line, from 1. */
  readonly line?: number;
}

/**
 * One edit, in each way that its text can be read. Dividers may be content, too: what stands in the file decides.
 */
export type Edit = readonly [Replacement, ...Replacement[]];

const SEARCH = /^\s{0,8}(?:<{5,9} ?(?:SEARCH|ORIGINAL)|-{5,9} ?SEARCH)\b\s?>?:?\s*$/i;
const DIVIDER = /^\s{0,8}={5,9}\s*$/;
const REPLACE = /^\s{0,8}(?:>{5,9} ?(?:REPLACE|UPDATED)|\+{5,9} ?REPLACE)\b\s*$/i;
/** An edit with more dividers than this is read by the first and last of them only. */
const MOST_DIVIDERS = 8;

export function isSearchMarker(line: string): boolean {
  return SEARCH.test(line);
}

export function isReplaceMarker(line: string): boolean {
  return REPLACE.test(line);
}

/**
 * The edits in the lines of a block. The last end marker before the next edit ends one, so that markers may be content. A last one
 * without its end marker counts as whole when its divider is there.
 *
 * @returns null when there is none, or one without a divider
 */
export function parseReplacements(lines: readonly string[]): readonly Edit[] | null {
  const starts = lines.flatMap((line, index) => (SEARCH.test(line) ? [index] : []));
  const edits = starts.map((start, index) => parseOne(lines, start, starts[index + 1] ?? lines.length));
  return edits.length > 0 && edits.every((edit) => edit !== null) ? edits : null;
}

function parseOne(lines: readonly string[], start: number, limit: number): Edit | null {
  const dividers: number[] = [];
  let end = -1;
  for (let at = start + 1; at < limit; at += 1) {
    const line = lines[at]!;
    if (DIVIDER.test(line)) dividers.push(at);
    else if (dividers.length > 0 && REPLACE.test(line)) end = at;
  }
  const last = end === -1 ? trimEnd(lines, limit) : end;
  const within = dividers.filter((at) => at < last);
  const some =
    within.length <= MOST_DIVIDERS
      ? within
      : [...within.slice(0, MOST_DIVIDERS / 2), ...within.slice(-MOST_DIVIDERS / 2)];
  const [first, ...others] = some
    // The longest search text that fits is what was meant: a shorter one fits wherever it does.
    .reverse()
    .map((at) => ({
      search: lines.slice(start + 1, at).join('\n'),
      replace: lines.slice(at + 1, last).join('\n'),
    }));
  return first ? [first, ...others] : null;
}

/** Without the blank lines before a position. */
function trimEnd(lines: readonly string[], limit: number): number {
  let end = limit;
  while (end > 0 && lines[end - 1]!.trim() === '') end -= 1;
  return end;
}

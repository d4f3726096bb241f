import { diffArrays } from 'diff';

/** Lines of the text before both, from `start` up to `end`, that one side replaced. */
interface LineEdit {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** Bounds on how hard the lines are compared. Past them, a text counts as changed everywhere. */
const COMPARISON = { maxEditLength: 2_000, timeout: 200 };

/**
 * Merges two changes of one text, line by line.
 *
 * @returns null if both changed the same lines or adjacent lines, unless they made the same change
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | null {
  const lines = toLines(base);
  const edits = [...toEdits(lines, toLines(mine)), ...toEdits(lines, toLines(theirs))].sort(
    (one, other) => one.start - other.start || one.end - other.end,
  );
  const merged: string[] = [];
  let at = 0;
  let last: LineEdit | null = null;
  for (const edit of edits) {
    if (last && isSame(last, edit)) continue;
    if (last && edit.start <= last.end) return null;
    for (const line of lines.slice(at, edit.start)) merged.push(line);
    for (const line of edit.lines) merged.push(line);
    at = edit.end;
    last = edit;
  }
  for (const line of lines.slice(at)) merged.push(line);
  return merged.join('');
}

/** Lines with their ends: joined, they are the text. */
function toLines(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  return [...lines.map((line) => `${line}\n`), ...(last === '' ? [] : [last])];
}

function toEdits(base: string[], changed: string[]): LineEdit[] {
  const parts = diffArrays(base, changed, COMPARISON);
  if (parts === undefined) return [{ start: 0, end: base.length, lines: changed }];
  const edits: LineEdit[] = [];
  let at = 0;
  for (const [index, { added, removed, value }] of parts.entries()) {
    if (removed) {
      const next = parts[index + 1];
      edits.push({ start: at, end: at + value.length, lines: next?.added ? next.value : [] });
      at += value.length;
    } else if (added) {
      if (!parts[index - 1]?.removed) edits.push({ start: at, end: at, lines: value });
    } else at += value.length;
  }
  return edits;
}

function isSame(one: LineEdit, other: LineEdit): boolean {
  return one.start === other.start && one.end === other.end && one.lines.join('') === other.lines.join('');
}

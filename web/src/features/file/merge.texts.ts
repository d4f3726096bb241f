import { Chunk } from '@codemirror/merge';
import { Text } from '@codemirror/state';

/** Lines of the text before both, from `start` up to `end`, that one side replaced. */
interface LineEdit {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** Bounds on how hard the lines are compared; past them a side counts as changed in larger pieces. */
const COMPARISON = { scanLimit: 500, timeout: 100 };

/**
 * Puts two changes of one text together.
 *
 * @returns null where both changed the same lines, or lines next to each other: that takes a person
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | null {
  const lines = base.split('\n');
  const edits = [...toEdits(lines, mine), ...toEdits(lines, theirs)].sort(
    (one, other) => one.start - other.start || one.end - other.end,
  );
  const merged: string[] = [];
  let at = 0;
  let last: LineEdit | null = null;
  for (const edit of edits) {
    if (last && isSame(last, edit)) continue;
    if (last && edit.start <= last.end) return null;
    merged.push(...lines.slice(at, edit.start), ...edit.lines);
    at = edit.end;
    last = edit;
  }
  return [...merged, ...lines.slice(at)].join('\n');
}

function toEdits(base: readonly string[], changed: string): LineEdit[] {
  const [before, after] = [Text.of(base), Text.of(changed.split('\n'))];
  return Chunk.build(before, after, COMPARISON).map(({ fromA, toA, fromB, toB }) => ({
    start: toLine(before, fromA),
    end: toLine(before, toA),
    lines: toB === fromB ? [] : after.sliceString(fromB, Math.min(toB - 1, after.length)).split('\n'),
  }));
}

/** The line, from 0, that begins at a position; one past the end begins no line. */
function toLine(text: Text, position: number): number {
  return position > text.length ? text.lines : text.lineAt(position).number - 1;
}

function isSame(one: LineEdit, other: LineEdit): boolean {
  return one.start === other.start && one.end === other.end && one.lines.join('\n') === other.lines.join('\n');
}

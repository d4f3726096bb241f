import type { DiffLine } from './unified.diff.ts';

/** A part of a line; `isChanged` where it differs from the line across. */
export interface LinePart {
  readonly text: string;
  readonly isChanged: boolean;
}

export interface SplitSide {
  readonly number: number;
  readonly kind: 'same' | 'added' | 'removed';
  readonly parts: readonly LinePart[];
}

/** A line of a comparison side by side; null where the other side has a line and this one has none. */
export interface SplitRow {
  readonly before: SplitSide | null;
  readonly after: SplitSide | null;
}

/** Pairs the lines of a diff: what was removed stands across from what was added in its place. Null marks a gap. */
export function toSplitRows(lines: readonly DiffLine[]): (SplitRow | null)[] {
  const rows: (SplitRow | null)[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at++) rows.push(toPair(removed[at], added[at]));
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === 'removed') {
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.kind === 'added') added.push(line);
    else {
      flush();
      rows.push(line.kind === 'gap' ? null : toSame(line));
    }
  }
  flush();
  return rows;
}

function toSame({ before, after, text }: DiffLine): SplitRow {
  const parts = [{ text, isChanged: false }];
  return {
    before: { number: before ?? 0, kind: 'same', parts },
    after: { number: after ?? 0, kind: 'same', parts },
  };
}

function toPair(removed: DiffLine | undefined, added: DiffLine | undefined): SplitRow {
  const [one, other] = toLineParts(removed?.text ?? null, added?.text ?? null);
  return {
    before: removed ? { number: removed.before ?? 0, kind: 'removed', parts: one } : null,
    after: added ? { number: added.after ?? 0, kind: 'added', parts: other } : null,
  };
}

/** What two lines begin and end with alike is not marked; a line without another is not marked at all. */
export function toLineParts(one: string | null, other: string | null): [LinePart[], LinePart[]] {
  if (one === null || other === null) return [toWhole(one), toWhole(other)];
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  // Lines that have next to nothing in common are two lines, not one that was changed.
  if (start + end < shorter / 3) return [toWhole(one), toWhole(other)];
  return [cut(one, start, end), cut(other, start, end)];
}

function toWhole(text: string | null): LinePart[] {
  return text === null || text === '' ? [] : [{ text, isChanged: false }];
}

function cut(text: string, start: number, end: number): LinePart[] {
  const parts = [
    { text: text.slice(0, start), isChanged: false },
    { text: text.slice(start, text.length - end), isChanged: true },
    { text: text.slice(text.length - end), isChanged: false },
  ];
  return parts.filter((part) => part.text !== '');
}

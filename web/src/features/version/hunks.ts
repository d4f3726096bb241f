import type { DiffLine } from './unified.diff.ts';

/** Lines that change together, in the order of the diff. */
export interface Hunk {
  /** From 0. */
  readonly index: number;
  readonly lines: readonly DiffLine[];
  /** The first and the last line that it has after the change; before it where it only removes. */
  readonly from: number;
  readonly to: number;
}

export function toHunks(lines: readonly DiffLine[]): Hunk[] {
  const groups: DiffLine[][] = [];
  for (const line of lines) {
    if (line.kind === 'gap' || groups.length === 0) groups.push([]);
    if (line.kind !== 'gap') groups.at(-1)?.push(line);
  }
  return groups.map((group, index) => {
    const changed = group.filter(({ kind }) => kind !== 'same');
    const numbers = (
      changed.some(({ after }) => after !== null)
        ? changed.map(({ after }) => after)
        : changed.map(({ before }) => before)
    ).filter((number) => number !== null);
    return { index, lines: group, from: numbers[0] ?? 0, to: numbers.at(-1) ?? 0 };
  });
}

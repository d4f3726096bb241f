import type { DiffLine } from './unified.diff.ts';

/**
 * Finds which version wrote each line of a text. Give it what each version changed in the file, the newest first; the time
 * is linear in the lines of the text and of the changes.
 */
export class Blame {
  /** Per line of the text: where it stood in the version that was applied last. Lines with an origin do not count. */
  readonly #positions: number[];
  readonly #origins: (number | null)[];
  #open: number[];

  constructor(lineCount: number) {
    this.#positions = Array.from({ length: lineCount }, (_, line) => line + 1);
    this.#origins = Array.from({ length: lineCount }, () => null);
    this.#open = Array.from({ length: lineCount }, (_, line) => line);
  }

  /** The version of each line; null where none of those applied so far wrote it. */
  get origins(): readonly (number | null)[] {
    return this.#origins;
  }

  get isDone(): boolean {
    return this.#open.length === 0;
  }

  /** @param diff what the version changed in this file, from the one before it */
  apply(version: number, diff: readonly DiffLine[]): void {
    const added = new Set(diff.flatMap(({ kind, after }) => (kind === 'added' && after !== null ? [after] : [])));
    const shifts = toShifts(diff);
    let next = 0;
    let shift = 0;
    this.#open = this.#open.filter((line) => {
      const position = this.#positions[line] ?? 0;
      for (; (shifts[next]?.from ?? Number.POSITIVE_INFINITY) <= position; next++) shift += shifts[next]?.by ?? 0;
      if (added.has(position)) {
        this.#origins[line] = version;
        return false;
      }
      this.#positions[line] = position + shift;
      return true;
    });
  }
}

/** From this line on, lines stood so many lines further down before the change. */
interface Shift {
  readonly from: number;
  readonly by: number;
}

function toShifts(diff: readonly DiffLine[]): Shift[] {
  const shifts: Shift[] = [];
  // The line of the text after the change that comes next.
  let following = 1;
  for (const [at, { kind, after }] of diff.entries()) {
    if (kind === 'gap') following = findAfter(diff, at + 1) ?? following;
    else if (at === 0) following = findAfter(diff, 0) ?? following;
    if (kind === 'removed') shifts.push({ from: following, by: 1 });
    if (after !== null) following = after + 1;
    if (kind === 'added') shifts.push({ from: following, by: -1 });
  }
  return shifts;
}

/** The first numbered line of a hunk, which begins with a few removed ones at most before it. */
function findAfter(diff: readonly DiffLine[], from: number): number | null {
  for (let at = from; at < diff.length && diff[at]?.kind !== 'gap'; at++) {
    const after = diff[at]?.after;
    if (after != null) return after;
  }
  return null;
}

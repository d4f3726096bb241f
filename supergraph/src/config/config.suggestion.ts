/** The number of edits (insertion, deletion, replacement, swap of neighbours) from one word to another. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, beforePrevious[column - 2]! + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length]!;
}

/** @returns the candidate that a mistyped name most likely means; null if none is similar enough */
export function findNearestName(name: string, candidates: Iterable<string>): string | null {
  let nearest: string | null = null;
  let distance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const found = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (found < distance) [nearest, distance] = [candidate, found];
  }
  return nearest;
}

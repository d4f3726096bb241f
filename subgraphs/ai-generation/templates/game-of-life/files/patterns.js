const drawings = {
  glider: ['.#.', '..#', '###'],
  blinker: ['###'],
  acorn: ['.#.....', '...#...', '##..###'],
};

export const patternNames = Object.keys(drawings);

/** The living cells of a pattern, moved by an offset. */
export function createPattern(name, [left, top] = [0, 0]) {
  if (!Object.hasOwn(drawings, name)) {
    throw new Error(`There is no pattern '${name}'; expected one of ${patternNames.join(', ')}.`);
  }
  const cells = drawings[name].flatMap((row, y) =>
    [...row].flatMap((mark, x) => (mark === '#' ? [`${x + left},${y + top}`] : [])),
  );
  return new Set(cells);
}

/** At most so many places are looked at: more than one is too many already, but a diff may say which is meant. */
const MOST_PLACES = 100;
const SHOWN_LINES = 6;

/**
 * Where lines stand among others, in linear time.
 *
 * Source: Knuth, Morris and Pratt, "Fast pattern matching in strings", 1977.
 *
 * @returns indexes, ascending; places may overlap
 */
export function findLines(lines: readonly string[], search: readonly string[]): readonly number[] {
  if (search.length === 0) return [];
  const borders = findBorders(search);
  const places: number[] = [];
  let matched = 0;
  for (const [at, line] of lines.entries()) {
    while (matched > 0 && search[matched] !== line) matched = borders[matched - 1]!;
    if (search[matched] === line) matched += 1;
    if (matched < search.length) continue;
    places.push(at - matched + 1);
    if (places.length >= MOST_PLACES) return places;
    matched = borders[matched - 1]!;
  }
  return places;
}

/** For each beginning, the length of its longest other beginning that it also ends with. */
function findBorders(search: readonly string[]): Uint32Array {
  const borders = new Uint32Array(search.length);
  let length = 0;
  for (let at = 1; at < search.length; at += 1) {
    while (length > 0 && search[at] !== search[length]) length = borders[length - 1]!;
    if (search[at] === search[length]) length += 1;
    borders[at] = length;
  }
  return borders;
}

/**
 * The lines of a file that are most like a search text, numbered: where most of its lines stand in the same order. Each of its lines
 * votes for the offset at which it stands; lines that stand in many places vote for none.
 *
 * @returns null when none of its lines stands in the file
 */
export function nearestLines(lines: readonly string[], search: readonly string[]): string | null {
  const places = new Map<string, number | null>();
  for (const [at, line] of lines.entries()) {
    const text = toWords(line);
    if (text !== '') places.set(text, places.has(text) ? null : at);
  }
  const votes = new Map<number, number>();
  for (const [at, line] of search.entries()) {
    const place = places.get(toWords(line)) ?? null;
    if (place !== null) votes.set(place - at, (votes.get(place - at) ?? 0) + 1);
  }
  let best: number | null = null;
  for (const [offset, count] of votes) if (best === null || count > votes.get(best)!) best = offset;
  if (best === null) return null;
  const start = Math.max(0, Math.min(best, lines.length - 1));
  return lines
    .slice(start, start + Math.min(search.length, SHOWN_LINES))
    .map((line, index) => `${start + index + 1}: ${line.slice(0, 200).toWellFormed().trimEnd()}`)
    .join('\n');
}

/** A line without what models get wrong first: blanks, quotes and the ends of statements. */
function toWords(line: string): string {
  return line.replace(/[\s'"`;,]/g, '').toLowerCase();
}

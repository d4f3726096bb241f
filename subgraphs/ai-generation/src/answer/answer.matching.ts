import { indexOfText } from '@vibecode/platform/text.search';
import { toFileIndentation } from './answer.indentation.ts';
import { findLines, nearestLines } from './answer.lines.ts';
import type { Edit, Replacement } from './answer.replacements.ts';

/** What became of an edit: the whole text after it, or why it does not fit. */
export type EditOutcome = { readonly text: string } | { readonly problem: string };

/** How lines are compared, from the strictest to the most lenient. */
const COMPARISONS: readonly ((line: string) => string)[] = [
  (line) => (line.endsWith('\r') ? line.slice(0, -1) : line),
  (line) => line.trimEnd(),
  (line) => line.trim(),
];

/**
 * Applies one edit: where its search text stands exactly, or else where it stands but for line ends, for blanks at the ends of lines,
 * or for indentation. Each step wants exactly one place. The text keeps its own line ends and indentation.
 */
export function applyEdit(text: string, edit: Edit): EditOutcome {
  if (edit.every(({ search }) => search.trim() === '')) {
    return { problem: 'The edit searches for nothing; expected text that stands in the file.' };
  }
  const readings = edit.filter(({ search }) => search.trim() !== '');
  for (const reading of readings) {
    const applied = applyExactly(text, reading);
    if (applied !== null) return { text: applied };
  }
  const lines = text.split('\n');
  let most = 0;
  for (const compare of COMPARISONS) {
    for (const reading of readings) {
      const search = trimBlankEdges(reading.search.split('\n'));
      const places = findLines(lines.map(compare), search.lines.map(compare));
      most = Math.max(most, places.length);
      const place = choosePlace(places, reading, search.skipped);
      const replaced = place === null ? null : replaceLines(lines, place, search.lines, reading);
      if (replaced !== null) return { text: replaced };
    }
  }
  const [{ search }] = readings as unknown as Edit;
  return { problem: most > 1 ? describeMany(search, most) : describeNone(lines, search) };
}

/** Null when the search text does not stand there exactly once. */
function applyExactly(text: string, { search, replace, line }: Replacement): string | null {
  const isCrLf = text.includes('\r\n');
  const wanted = isCrLf ? toCrLf(search) : search;
  const at = indexOfText(text, wanted);
  if (at === -1) return null;
  const isUnique = indexOfText(text, wanted, at + 1) === -1;
  // A diff is about whole lines, and so is what could be meant in several places.
  if (!isUnique || line !== undefined) return null;
  const end = at + wanted.length;
  const isWholeLines = (at === 0 || text[at - 1] === '\n') && text[end] === '\n';
  // Lines that are replaced by nothing leave no blank line behind.
  if (replace === '' && isWholeLines) return text.slice(0, at) + text.slice(end + 1);
  return text.slice(0, at) + (isCrLf ? toCrLf(replace) : replace) + text.slice(end);
}

function choosePlace(places: readonly number[], { line }: Replacement, skipped: number): number | null {
  if (places.length === 1) return places[0]!;
  if (line === undefined) return null;
  return places.find((place) => place === line - 1 + skipped) ?? null;
}

function replaceLines(
  lines: readonly string[],
  place: number,
  search: readonly string[],
  { replace }: Replacement,
): string | null {
  const found = lines.slice(place, place + search.length);
  const isCrLf = found.some((line) => line.endsWith('\r')) || lines[0]?.endsWith('\r');
  const written = replace === '' ? [] : trimLikeSearch(replace.split('\n'), search);
  const indented = toFileIndentation(search, found, written.map(withoutReturn));
  if (indented === null) return null;
  const isLast = place + search.length === lines.length;
  const ended = indented.map((line, index) =>
    isCrLf && !(isLast && index === indented.length - 1) ? `${line}\r` : line,
  );
  return [...lines.slice(0, place), ...ended, ...lines.slice(place + search.length)].join('\n');
}

/** The lines without blank ones at both ends, and how many were left out before. */
function trimBlankEdges(lines: readonly string[]): { lines: readonly string[]; skipped: number } {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return { lines: lines.slice(first, last + 1), skipped: first };
}

/** A replacement ends in a blank line as often as its search text did, so those cancel out. */
function trimLikeSearch(replace: readonly string[], search: readonly string[]): readonly string[] {
  const isBlank = (line: string | undefined) => line !== undefined && line.trim() === '';
  if (isBlank(search[0]) || isBlank(search.at(-1))) return replace;
  const first = isBlank(replace[0]) && replace.length > 1 ? 1 : 0;
  const last = isBlank(replace.at(-1)) && replace.length > 1 ? replace.length - 1 : replace.length;
  return replace.slice(first, last);
}

function describeMany(search: string, places: number): string {
  return `The search text stands in the file ${places} times; expected once. It begins with '${beginning(search)}'.`;
}

function describeNone(lines: readonly string[], search: string): string {
  const nearest = nearestLines(lines, trimBlankEdges(search.split('\n')).lines);
  const shown = nearest === null ? '' : ` The nearest lines are:\n${nearest}`;
  return `The search text does not stand in the file. It begins with '${beginning(search)}'.${shown}`;
}

function beginning(text: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? '';
  return line.trim().slice(0, 80).toWellFormed();
}

function toCrLf(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

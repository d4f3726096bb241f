import { createHash } from 'node:crypto';
import { indexOfText } from '@vibecode/platform/text.search';
import { diffArrays } from 'diff';

/** One change of a changeset, as the project service takes it. */
export type Change =
  | {
      readonly operation: 'WRITE';
      readonly path: string;
      readonly content: string;
      /** What the file must hold before. */
      readonly ifSha256?: string;
      /** The file must not be there before. */
      readonly ifAbsent?: true;
    }
  | { readonly operation: 'EDIT'; readonly path: string; readonly search: string; readonly replace: string }
  | { readonly operation: 'DELETE'; readonly path: string; readonly ifSha256?: string };

/** Lines that a difference may have before it counts as a new file: what bounds the work of finding it. */
const MOST_CHANGED_LINES = 400;
const MOST_HUNKS = 40;
/** Lines around a hunk until its text stands in the file once. */
const MOST_CONTEXT_LINES = 64;

interface Hunk {
  readonly start: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/**
 * What turns a file into another text, as edits of the lines that differ, so that a change of one line is a change of one line, and
 * goes together with what others change elsewhere in the file meanwhile. Where nearly all of it differs it is written anew, and then
 * only over the text that the model knew.
 *
 * @param before null where there is no file
 */
export function toChanges(path: string, before: string | null, after: string): Change[] {
  if (before === null) return [{ operation: 'WRITE', path, content: after, ifAbsent: true }];
  if (before === after) return [];
  const written: Change = { operation: 'WRITE', path, content: after, ifSha256: toSha256(before) };
  if (before === '') return [written];
  const edits = findEdits(path, before, after);
  return edits ?? [written];
}

/** Lines with their ends, so that joining them gives the text back. */
function toLines(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop()!;
  return [...lines.map((line) => `${line}\n`), ...(last === '' ? [] : [last])];
}

function findEdits(path: string, before: string, after: string): Change[] | null {
  const lines = toLines(before);
  const parts = diffArrays(lines, toLines(after), { maxEditLength: MOST_CHANGED_LINES });
  if (parts === undefined) return null;
  const hunks: Hunk[] = [];
  let at = 0;
  for (const [index, { added, removed, value }] of parts.entries()) {
    if (removed) {
      const next = parts[index + 1];
      hunks.push({ start: at, removed: value, added: next?.added ? next.value : [] });
      at += value.length;
    } else if (added) {
      if (!parts[index - 1]?.removed) hunks.push({ start: at, removed: [], added: value });
    } else at += value.length;
  }
  const changed = hunks.reduce((sum, { removed }) => sum + removed.length, 0);
  if (hunks.length === 0 || hunks.length > MOST_HUNKS || changed * 2 > lines.length + 8) return null;
  return toEdits(path, lines, hunks);
}

/** Each edit finds the file as the ones before it left it. */
function toEdits(path: string, lines: string[], hunks: readonly Hunk[]): Change[] | null {
  const edits: Change[] = [];
  const current = [...lines];
  let shift = 0;
  for (const { start, removed, added } of hunks) {
    const edit = findUniqueEdit(current, start + shift, removed, added);
    if (edit === null) return null;
    edits.push({ operation: 'EDIT', path, ...edit });
    current.splice(start + shift, removed.length, ...added);
    shift += added.length - removed.length;
  }
  return edits;
}

function findUniqueEdit(
  lines: readonly string[],
  start: number,
  removed: readonly string[],
  added: readonly string[],
): { search: string; replace: string } | null {
  const text = lines.join('');
  const end = start + removed.length;
  for (
    let context = removed.length > 0 ? 0 : 1;
    context <= MOST_CONTEXT_LINES;
    context = context === 0 ? 1 : context * 2
  ) {
    const before = lines.slice(Math.max(0, start - context), start).join('');
    const after = lines.slice(end, end + context).join('');
    const search = before + removed.join('') + after;
    const at = search.trim() === '' ? -1 : indexOfText(text, search);
    if (at !== -1 && indexOfText(text, search, at + 1) === -1)
      return { search, replace: before + added.join('') + after };
  }
  return null;
}

export function toSha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

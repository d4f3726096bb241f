import type { Edit } from './answer.replacements.ts';

/** What a patch does to one file. */
export type PatchedFile =
  | { readonly operation: 'edit'; readonly path: string | null; readonly edits: readonly Edit[] }
  | { readonly operation: 'write'; readonly path: string; readonly content: string }
  | { readonly operation: 'delete'; readonly path: string };

const HUNK = /^@@(?: -(\d{1,9})(?:,\d{1,9})? \+\d{1,9}(?:,\d{1,9})? @@)?/;
const OLD_NAME = /^--- (?:a\/)?([^\t]+)/;
const NEW_NAME = /^\+\+\+ (?:b\/)?([^\t]+)/;
const FILE_LINE = /^\*\*\* (Update|Add|Delete) File: (.+)$/;
const IGNORED =
  /^(?:diff --git |index [0-9a-f]|\*\*\* (?:Begin Patch|End Patch|End of File)|(?:new|deleted) file mode |\\ No newline)/;

/** Whether lines are a patch, by their marks: a hunk, or the lines of a patch that names its files. */
export function isPatch(lines: readonly string[]): boolean {
  return lines.some((line) => HUNK.test(line) || FILE_LINE.test(line));
}

interface Draft {
  readonly operation: 'edit' | 'write' | 'delete';
  readonly path: string | null;
  readonly hunks: Hunk[];
}

const OPERATIONS: Readonly<Record<string, Draft['operation']>> = { Update: 'edit', Add: 'write', Delete: 'delete' };

interface Hunk {
  readonly line: number | null;
  readonly before: string[];
  readonly after: string[];
}

/**
 * Reads a unified diff, or the patch format of some models (`*** Update File: a.js`). Counts in hunk headers are not trusted, because
 * models miscount: a hunk is what its lines say.
 *
 * Source: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 *
 * @returns `path` null where the patch names no file; null as a whole when it cannot be read as a patch
 */
export function parsePatch(lines: readonly string[]): readonly PatchedFile[] | null {
  const drafts: Draft[] = [];
  let oldName: string | null = null;
  let hunk: Hunk | null = null;
  const begin = (operation: Draft['operation'], path: string | null) => {
    drafts.push({ operation, path, hunks: [] });
    hunk = null;
  };
  const addHunk = (line: number | null): Hunk => {
    if (drafts.length === 0) begin('edit', null);
    const added = { line, before: [], after: [] };
    drafts.at(-1)!.hunks.push(added);
    return added;
  };
  for (const [index, line] of lines.entries()) {
    const named = FILE_LINE.exec(line);
    const old = OLD_NAME.exec(line);
    if (named) {
      const operation = OPERATIONS[named[1]!]!;
      begin(operation, named[2]!.trim());
      if (operation === 'write') hunk = addHunk(null);
    } else if (old && NEW_NAME.test(lines[index + 1] ?? '')) oldName = old[1]!.trim();
    else if (oldName !== null) {
      begin(...toOperation(oldName, NEW_NAME.exec(line)![1]!.trim()));
      oldName = null;
    } else if (HUNK.test(line)) {
      const from = HUNK.exec(line)![1];
      hunk = addHunk(from === undefined ? null : Number(from));
    } else if (hunk && !IGNORED.test(line)) {
      // A new file has lines that are added, and no others.
      if (drafts.at(-1)!.operation !== 'write' || line.startsWith('+')) addLine(hunk, line);
    }
  }
  return drafts.length > 0 && drafts.every(isUsable) ? drafts.map(toPatchedFile) : null;
}

function toOperation(oldName: string, newName: string): [Draft['operation'], string] {
  if (newName === '/dev/null') return ['delete', oldName];
  return [oldName === '/dev/null' ? 'write' : 'edit', newName];
}

function addLine({ before, after }: Hunk, line: string): void {
  const text = line.slice(1);
  if (line.startsWith('-')) before.push(text);
  else if (line.startsWith('+')) after.push(text);
  else {
    // A context line; models drop the space before it, above all from blank ones.
    const context = line.startsWith(' ') ? text : line;
    before.push(context);
    after.push(context);
  }
}

function isUsable({ operation, hunks }: Draft): boolean {
  return operation === 'delete' || hunks.some(({ before, after }) => before.length + after.length > 0);
}

function toPatchedFile({ operation, path, hunks }: Draft): PatchedFile {
  if (operation === 'delete') return { operation, path: path! };
  if (operation === 'write')
    return { operation, path: path!, content: `${hunks.flatMap(({ after }) => after).join('\n')}\n` };
  const edits = hunks.filter(({ before, after }) => before.length + after.length > 0).map(toEdit);
  return { operation, path, edits };
}

function toEdit({ line, before, after }: Hunk): Edit {
  // The blank line before the end of a fence is not part of the last hunk.
  while (before.length > 0 && after.length > 0 && before.at(-1) === '' && after.at(-1) === '') {
    before.pop();
    after.pop();
  }
  return [{ search: before.join('\n'), replace: after.join('\n'), ...(line !== null && { line }) }];
}

import { indexOfText } from '@vibecode/platform/text.search';
import { unescapeLine } from './answer.blocks.ts';

/** One replacement in a file that is there already. */
export interface Edit {
  readonly search: string;
  readonly replace: string;
}

const SEARCH = /^<{5,9} ?SEARCH\s*$/;
const DIVIDER = /^={5,9}\s*$/;
const REPLACE = /^>{5,9} ?REPLACE\s*$/;

/**
 * The replacements in the lines of an edit block. A last one without its end marker counts as whole when its divider is there.
 *
 * @returns null when there is none, or one that searches for nothing
 */
export function parseEdits(lines: readonly string[]): readonly Edit[] | null {
  const edits: Edit[] = [];
  let search: string[] | null = null;
  let replace: string[] | null = null;
  const finish = () => {
    if (search && replace) edits.push({ search: search.join('\n'), replace: replace.join('\n') });
    search = replace = null;
  };
  for (const line of lines) {
    if (SEARCH.test(line)) {
      finish();
      search = [];
    } else if (search && !replace && DIVIDER.test(line)) replace = [];
    else if (replace && REPLACE.test(line)) finish();
    else if (replace) (replace as string[]).push(unescapeLine(line));
    else if (search) (search as string[]).push(unescapeLine(line));
  }
  finish();
  return edits.length === 0 || edits.some((edit) => edit.search.trim() === '') ? null : edits;
}

/**
 * Replaces the one place where the search text stands.
 *
 * @returns null when it stands nowhere, or more than once
 */
export function applyEdit(content: string, { search, replace }: Edit): string | null {
  const at = indexOfText(content, search);
  if (at === -1 || indexOfText(content, search, at + 1) !== -1) return null;
  return content.slice(0, at) + replace + content.slice(at + search.length);
}

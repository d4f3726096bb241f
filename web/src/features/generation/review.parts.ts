import { applyPatch, parsePatch } from 'diff';

interface FileDiff {
  readonly before: string;
  readonly after: string;
  /** In the unified format. */
  readonly diff: string;
}

/** Without looking for another place where a hunk would fit: the text is the one that the diff was made of. */
const EXACTLY = { fuzzFactor: 0, autoConvertLineEndings: false };

/**
 * The text with some of its hunks changed and the others as before.
 *
 * @param taken indices of hunks, from 0
 * @throws Error where the diff does not lead from one text to the other: nothing of it can be taken apart then
 */
export function toTextWithHunks({ before, after, diff }: FileDiff, taken: ReadonlySet<number>): string {
  const [patch] = parsePatch(diff);
  if (!patch || applyPatch(before, patch, EXACTLY) !== after) throw new Error('The diff is not that of the file.');
  const hunks = patch.hunks.filter((_, index) => taken.has(index));
  const text = applyPatch(before, { ...patch, hunks }, EXACTLY);
  if (text === false) throw new Error('The chosen changes do not fit without the others.');
  return text;
}

interface ProposedText {
  /** Null for a file that is new, or not text. */
  readonly before: string | null;
  readonly after: string | null;
  readonly diff: string;
}

/**
 * What is to be done for a part of a file to be in the project.
 *
 * @param present what the project has now; null or undefined for no text
 * @returns `saved` where it is there already, as after a save of which the answer was lost; `changed` where the project
 *   has neither that nor the text that the hunks belong to
 */
export function toPartChange(
  { before, after, diff }: ProposedText,
  taken: ReadonlySet<number>,
  present: string | null | undefined,
): { readonly kind: 'write'; readonly content: string } | { readonly kind: 'saved' | 'changed' } {
  if (before === null || after === null) return { kind: 'changed' };
  const content = toTextWithHunks({ before, after, diff }, taken);
  if (present === content) return { kind: 'saved' };
  return present === before ? { kind: 'write', content } : { kind: 'changed' };
}

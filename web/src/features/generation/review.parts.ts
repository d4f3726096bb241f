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

import { isText } from '@vibecode/platform/files/unified.diff';
import { type Change, toSha256 } from './changeset.ts';
import { type FileConflict, MergeConflictError } from './errors.ts';
import { mergeTexts } from './file.merge.ts';
import type { FileTree } from './file.tree.ts';

/** @returns the content with a hash; null if the project does not have it */
type FindContent = (sha256: string) => Promise<Buffer | null>;

/**
 * Fits changes to files that have changed since: a written text is merged line by line with the current one, on the basis of the
 * content that `ifSha256` names. A change that the project has already is left out. Changes without a precondition stay as they are.
 *
 * @throws {MergeConflictError} with all files that both sides changed in the same place
 */
export async function mergeChanges(tree: FileTree, changes: readonly Change[], find: FindContent): Promise<Change[]> {
  const merged: Change[] = [];
  const conflicts: FileConflict[] = [];
  for (const change of changes) {
    const outcome = await mergeChange(tree, change, find);
    if (typeof outcome === 'string') conflicts.push({ path: change.path, problem: outcome });
    else if (outcome) merged.push(outcome);
  }
  if (conflicts.length > 0) throw new MergeConflictError(conflicts);
  return merged;
}

/** @returns the change to make, null if there is none to make, or the problem */
async function mergeChange(tree: FileTree, change: Change, find: FindContent): Promise<Change | null | string> {
  const { path, operation, ifSha256 } = change;
  const isNew = operation === 'WRITE' && change.ifAbsent === true;
  const current = tree.get(path)?.sha256 ?? null;
  if ((ifSha256 === null && !isNew) || current === ifSha256) return change;
  if (operation === 'DELETE' && current === null) return null;
  if (operation !== 'WRITE') return 'has changed since';
  if (current === toSha256(change.content)) return null;
  if (current === null) return 'was deleted or renamed since';
  if (ifSha256 === null) return 'was created by someone else since';
  const [base, theirs] = await Promise.all([find(ifSha256), find(current)]);
  if (!base || !theirs || ![base, theirs, change.content].every(isText)) return 'has changed since';
  const text = mergeTexts(base.toString(), change.content.toString(), theirs.toString());
  if (text === null) return 'has changed in the same place since';
  return { operation, path, content: Buffer.from(text), ifSha256: current };
}

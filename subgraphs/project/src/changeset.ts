import { createHash } from 'node:crypto';
import { InvalidInputError } from '@vibecode/platform/errors';
import { isText } from '@vibecode/platform/files/unified.diff';
import { indexOfText } from '@vibecode/platform/text.search';
import { ChangeConflictError, ProjectTooLargeError } from './errors.ts';
import { assertPath } from './file.path.ts';
import type { FileTree, TreeFile } from './file.tree.ts';

/** @public declarations of other files name it */
export interface ChangeBase {
  readonly path: string;
  /** SHA-256 that the file must have when the change is applied. */
  readonly ifSha256: string | null;
}

export type Change = ChangeBase &
  (
    | {
        readonly operation: 'WRITE';
        readonly content: Buffer;
        /** The file must not exist when the change is applied. Absent: it may. */
        readonly ifAbsent?: true;
      }
    | { readonly operation: 'EDIT'; readonly search: string; readonly replace: string }
    | { readonly operation: 'DELETE' }
    | { readonly operation: 'MOVE'; readonly to: string }
  );

type Operation = Change['operation'];

/** The effect of a whole changeset on one path. */
export interface PathChange {
  readonly path: string;
  /** The last operation on the path. */
  readonly operation: Operation;
  /** SHA-256 of the content before the changeset; null if the file did not exist. */
  readonly before: string | null;
  /** SHA-256 of the content after the changeset; null if the file does not exist. */
  readonly after: string | null;
}

export interface ProjectLimits {
  readonly files: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
}

export interface AppliedChanges {
  readonly tree: FileTree;
  readonly changes: readonly PathChange[];
  /** New content of this changeset, by SHA-256. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

export interface ApplyOptions {
  readonly limits: ProjectLimits;
  /** Id of the version that is being created. */
  readonly versionId: string;
  /** Reads the content of a file of the base tree. */
  read(sha256: string): Promise<Buffer>;
}

/**
 * Applies changes to a copy of the tree, one after another; each change sees the effects of the earlier ones. If one fails, this
 * throws and the original tree is unchanged.
 *
 * @throws {PathInvalidError} a path that is invalid, or that conflicts with another path
 * @throws {ChangeConflictError} a change that does not fit the current files
 * @throws {ProjectTooLargeError} a result that exceeds the limits
 */
export async function applyChanges(
  base: FileTree,
  changes: readonly Change[],
  { limits, versionId, read }: ApplyOptions,
): Promise<AppliedChanges> {
  const tree = base.copy();
  const blobs = new Map<string, Buffer>();
  const touched = new Map<string, Operation>();

  const write = (path: string, content: Buffer, field: string) => {
    if (content.length > limits.fileBytes) {
      throw new ProjectTooLargeError(field, 'bytes of a file', limits.fileBytes, content.length);
    }
    const sha256 = toSha256(content);
    tree.set(path, { sha256, bytes: content.length, versionId }, `${field}.path`);
    blobs.set(sha256, content);
  };

  for (const [index, change] of changes.entries()) {
    const field = `changes.${index}`;
    const { path, operation } = change;
    assertPath(path, `${field}.path`);
    assertUnchanged(tree, change, field);
    switch (operation) {
      case 'WRITE':
        write(path, change.content, field);
        break;
      case 'EDIT': {
        const { sha256 } = getFile(tree, path, field);
        write(path, edit(blobs.get(sha256) ?? (await read(sha256)), change, field), field);
        break;
      }
      case 'DELETE':
        getFile(tree, path, field);
        tree.delete(path);
        break;
      case 'MOVE': {
        const file = getFile(tree, path, field);
        assertPath(change.to, `${field}.to`);
        if (tree.get(change.to)) throw new ChangeConflictError(field, change.to, 'already exists');
        // Removed first and added after that, because a file may be renamed in case only, or into a folder of its own name.
        tree.delete(path);
        tree.set(change.to, file, `${field}.to`);
        touched.set(change.to, operation);
        break;
      }
    }
    touched.set(path, operation);
  }

  if (tree.size > limits.files) throw new ProjectTooLargeError('changes', 'files', limits.files, tree.size);
  if (tree.bytes > limits.totalBytes) {
    throw new ProjectTooLargeError('changes', 'bytes of all files', limits.totalBytes, tree.bytes);
  }
  return { tree, changes: toPathChanges(base, tree, touched), blobs: keepUsed(tree, blobs) };
}

/** Compares two trees. @returns the changes that turn one into the other */
export function compareTrees(from: FileTree, to: FileTree): PathChange[] {
  const touched = new Map<string, Operation>();
  for (const [path, { sha256 }] of from.entries()) {
    const after = to.get(path);
    if (!after) touched.set(path, 'DELETE');
    else if (after.sha256 !== sha256) touched.set(path, 'EDIT');
  }
  for (const [path] of to.entries()) if (!from.get(path)) touched.set(path, 'WRITE');
  return toPathChanges(from, to, touched);
}

export function toSha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function toPathChanges(from: FileTree, to: FileTree, touched: ReadonlyMap<string, Operation>): PathChange[] {
  return [...touched]
    .map(([path, operation]) => ({
      path,
      operation,
      before: from.get(path)?.sha256 ?? null,
      after: to.get(path)?.sha256 ?? null,
    }))
    .filter(({ before, after }) => before !== null || after !== null);
}

function getFile(tree: FileTree, path: string, field: string): TreeFile {
  const file = tree.get(path);
  if (!file) throw new ChangeConflictError(field, path, tree.isFolder(path) ? 'is a folder' : 'does not exist');
  return file;
}

function assertUnchanged(tree: FileTree, change: Change, field: string): void {
  const { path, ifSha256 } = change;
  const actual = tree.get(path)?.sha256 ?? null;
  if (change.operation === 'WRITE' && change.ifAbsent && actual !== null) {
    throw new ChangeConflictError(field, path, 'already exists', { expected: null, actual });
  }
  if (ifSha256 === null) return;
  if (actual === ifSha256) return;
  const problem = actual ? 'does not have the expected content' : 'does not exist';
  throw new ChangeConflictError(field, path, problem, { expected: ifSha256, actual });
}

function edit(content: Buffer, { path, search, replace }: Change & { operation: 'EDIT' }, field: string): Buffer {
  if (!isText(content)) throw new ChangeConflictError(field, path, 'is not a text file');
  const text = content.toString('utf8');
  const at = indexOfText(text, search);
  if (at < 0) throw new ChangeConflictError(field, path, 'does not contain the search text', { matches: 0 });
  if (indexOfText(text, search, at + 1) >= 0) {
    throw new ChangeConflictError(
      field,
      path,
      'contains the search text more than once; include more of the surrounding text',
    );
  }
  const edited = text.slice(0, at) + replace + text.slice(at + search.length);
  if (!edited.isWellFormed()) throw new InvalidInputError(`${field}.search`, `${field}: the edit splits a character.`);
  return Buffer.from(edited, 'utf8');
}

/** Drops content that no file uses, because the file was written and deleted in one changeset. */
function keepUsed(tree: FileTree, blobs: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const used = new Set(tree.entries().map(([, { sha256 }]) => sha256));
  return new Map([...blobs].filter(([sha256]) => used.has(sha256)));
}

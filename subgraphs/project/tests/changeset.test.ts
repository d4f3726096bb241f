import { foldPath } from '@vibecode/platform/file.path';
import * as fc from '@vibecode/platform/testing/property';
import {
  type AppliedChanges,
  applyChanges,
  type Change,
  compareTrees,
  type ProjectLimits,
  toSha256,
} from '../src/changeset.ts';
import { assertPath } from '../src/file.path.ts';
import { FileTree } from '../src/file.tree.ts';
import { anyChange, edit, move, remove, write } from './changeset.fixture.ts';

const roomy: ProjectLimits = { files: 100, fileBytes: 1_000, totalBytes: 10_000 };

/** A project in memory: its files, and every content it ever had. */
class Files {
  readonly contents = new Map<string, Buffer>();
  tree = new FileTree();

  async apply(changes: readonly Change[], limits = roomy): Promise<AppliedChanges> {
    const read = async (sha256: string) => this.contents.get(sha256)!;
    const applied = await applyChanges(this.tree, changes, { limits, versionId: 'v', read });
    for (const [sha256, content] of applied.blobs) this.contents.set(sha256, content);
    this.tree = applied.tree;
    return applied;
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.tree.entries().map(([path, { sha256 }]) => [path, `${this.contents.get(sha256)}`]));
  }
}

async function filesWith(files: Record<string, string>): Promise<Files> {
  const project = new Files();
  await project.apply(Object.entries(files).map(([path, content]) => write(path, content)));
  return project;
}

describe('applyChanges', () => {
  it('writes, edits, moves and deletes, each seeing what came before', async () => {
    const files = await filesWith({ 'a.txt': 'one', 'b.txt': 'two' });
    await files.apply([
      edit('a.txt', 'one', 'three'),
      move('a.txt', 'c/d.txt'),
      edit('c/d.txt', 'three', 'four'),
      write('b.txt', 'five'),
      write('e.txt', 'gone soon'),
      remove('e.txt'),
    ]);
    expect(files.toObject()).toEqual({ 'b.txt': 'five', 'c/d.txt': 'four' });
  });

  it('tells what it did to each path, once', async () => {
    const files = await filesWith({ a: '1', b: '2', c: '3', same: '4' });
    const { changes, blobs } = await files.apply([
      edit('a', '1', 'I'),
      remove('b'),
      move('c', 'd'),
      write('e', '5'),
      write('same', '4'),
      write('f', '6'),
      remove('f'),
    ]);
    const sha = (content: string) => toSha256(content);
    expect(changes).toEqual([
      { path: 'a', operation: 'EDIT', before: sha('1'), after: sha('I') },
      { path: 'b', operation: 'DELETE', before: sha('2'), after: null },
      { path: 'd', operation: 'MOVE', before: null, after: sha('3') },
      { path: 'c', operation: 'MOVE', before: sha('3'), after: null },
      { path: 'e', operation: 'WRITE', before: null, after: sha('5') },
      { path: 'same', operation: 'WRITE', before: sha('4'), after: sha('4') },
    ]);
    expect([...blobs.keys()]).toEqual([sha('I'), sha('5'), sha('4')]);
  });

  it.each<[string, Change[], string]>([
    ['an edit of what is not there', [edit('x', 'a', 'b')], 'CONFLICT'],
    ['an edit that matches nothing', [edit('a', 'zzz', 'b')], 'CONFLICT'],
    ['an edit that matches twice', [write('a', 'aa'), edit('a', 'a', 'b')], 'CONFLICT'],
    ['an edit that matches twice, overlapping', [write('a', 'aaa'), edit('a', 'aa', 'b')], 'CONFLICT'],
    ['an edit of a binary file', [write('a', Buffer.from([0xff, 0xfe])), edit('a', 'a', 'b')], 'CONFLICT'],
    ['an edit that splits a character', [write('a', '😀'), edit('a', '\ud83d', '')], 'INVALID_INPUT'],
    ['the deletion of what is not there', [remove('x')], 'CONFLICT'],
    ['the deletion of a folder', [remove('d')], 'CONFLICT'],
    ['a move of what is not there', [move('x', 'y')], 'CONFLICT'],
    ['a move onto a file', [move('a', 'd/b')], 'CONFLICT'],
    ['a move onto itself', [move('a', 'a')], 'CONFLICT'],
    ['a move outside', [move('a', '../a')], 'PROJECT_PATH_INVALID'],
    ['a move of a bad path', [move('../a', 'a')], 'PROJECT_PATH_INVALID'],
    ['other content than expected', [remove('a', toSha256('other'))], 'CONFLICT'],
    ['a file in the place of a folder', [write('d', 'x')], 'PROJECT_PATH_INVALID'],
    ['a file below a file', [write('a/b', 'x')], 'PROJECT_PATH_INVALID'],
    ['a name that differs in case', [write('A', 'x')], 'PROJECT_PATH_INVALID'],
    ['a folder that differs in case', [write('D/x', 'x')], 'PROJECT_PATH_INVALID'],
    ['a file that is too large', [write('x', 'x'.repeat(1_001))], 'PROJECT_TOO_LARGE'],
    ['too many files', Array.from({ length: 99 }, (_, index) => write(`f${index}`, '')), 'PROJECT_TOO_LARGE'],
    [
      'too much in all',
      Array.from({ length: 11 }, (_, index) => write(`f${index}`, 'x'.repeat(1_000))),
      'PROJECT_TOO_LARGE',
    ],
  ])('refuses %s, and changes nothing', async (_, changes, code) => {
    const files = await filesWith({ a: '1', 'd/b': '2' });
    const before = files.tree.toNode();
    await expect(files.apply([write('new', 'x'), ...changes])).rejects.toMatchObject({ code });
    expect(files.tree.toNode()).toEqual(before);
  });

  it('takes a file whose content is as expected, and a rename in case only', async () => {
    const files = await filesWith({ a: '1' });
    await files.apply([{ ...write('a', '2'), ifSha256: toSha256('1') }, move('a', 'A')]);
    expect(files.toObject()).toEqual({ A: '2' });
  });

  it('keeps every tree sound, and a set that fails changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyChange, { minLength: 1, maxLength: 6 }), { maxLength: 12 }),
        async (sets) => {
          const files = new Files();
          const limits = { files: 4, fileBytes: 40, totalBytes: 60 };
          for (const changes of sets) {
            const [tree, before] = [files.tree, files.toObject()];
            const applied = await files.apply(changes, limits).catch(() => null);
            if (!applied) {
              expect(files.toObject()).toEqual(before);
              continue;
            }
            assertSound(files, limits);
            // What it says it did is what turns one into the other.
            const told = applied.changes.filter((change) => change.before !== change.after);
            const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
            const strip = ({ path, before, after }: (typeof told)[number]) => ({ path, before, after });
            expect(told.map(strip).sort(byPath)).toEqual(compareTrees(tree, files.tree).map(strip).sort(byPath));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

function assertSound(files: Files, limits: ProjectLimits): void {
  const entries = files.tree.entries();
  expect(files.tree.size).toBeLessThanOrEqual(limits.files);
  expect(files.tree.bytes).toBeLessThanOrEqual(limits.totalBytes);
  const folders = new Map<string, string>();
  for (const [path, { sha256, bytes }] of entries) {
    assertPath(path, 'path');
    expect(toSha256(files.contents.get(sha256)!)).toBe(sha256);
    expect(files.contents.get(sha256)).toHaveLength(bytes);
    const segments = path.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const folder = segments.slice(0, depth).join('/');
      expect(folders.get(foldPath(folder)) ?? folder).toBe(folder);
      folders.set(foldPath(folder), folder);
    }
  }
  const folded = entries.map(([path]) => foldPath(path));
  expect(new Set(folded).size).toBe(entries.length);
  expect(folded.filter((path) => folders.has(path))).toEqual([]);
  expect(FileTree.fromNode(files.tree.toNode()).entries()).toEqual(entries);
}

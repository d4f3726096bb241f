import { assertLinear } from '@vibecode/platform/testing/growth';
import { mergeChanges } from '../src/changeset.merge.ts';
import { applyChanges, type Change, toSha256 } from '../src/changeset.ts';
import { FileTree } from '../src/file.tree.ts';
import { addLocks, removeLocks, withoutLocked } from '../src/project.locks.ts';
import { move, write } from './changeset.fixture.ts';

const limits = { files: 10_000, fileBytes: 1_000, totalBytes: 10_000_000 };
const content = Buffer.from('text\n');

function toTree(files: number): FileTree {
  const tree = new FileTree();
  for (let index = 0; index < files; index++) {
    tree.set(`src/d${index % 50}/f${index}.js`, { sha256: toSha256(content), bytes: 5, versionId: 'v' }, 'path');
  }
  return tree;
}

describe('locked paths of a project', () => {
  it('leave 5,000 files alone that a changeset writes anew, but for those that are free', async () => {
    const tree = toTree(5_000);
    const locked = addLocks(
      [],
      Array.from({ length: 49 }, (_, index) => `SRC/D${index}/`),
    );
    const { changes, leftAlone } = withoutLocked(
      locked,
      tree.entries().map(([path]) => write(path, 'new\n')),
    );
    expect([changes.length, leftAlone.length]).toEqual([100, 4_900]);
    const merged = await mergeChanges(tree, changes, async () => content);
    const applied = await applyChanges(tree, merged, { limits, versionId: 'w', read: async () => content });
    expect(applied.changes.every(({ path }) => path.startsWith('src/d49/'))).toBe(true);
    expect(applied.tree.size).toBe(5_000);
  });

  it('count for both paths of a move, whatever is above them', () => {
    const kept = write('b', 'x');
    for (const change of [move('locked/a', 'free'), move('free', 'locked/deep/b'), move('locked', 'free')]) {
      expect(withoutLocked(['locked'], [change, kept]).changes).toEqual([kept]);
    }
    expect(withoutLocked([], [move('locked', 'free')]).leftAlone).toEqual([]);
  });

  it('are one path where some file systems cannot distinguish two', () => {
    expect(addLocks(['Caf\u00e9'], ['cafe\u0301', 'CAF\u00c9/'])).toEqual(['Caf\u00e9']);
    expect(removeLocks(['Caf\u00e9', 'b'], ['/CAFE\u0301'])).toEqual(['b']);
    expect(() => removeLocks(['src', 'src/a'], ['src/a'])).toThrow("locked with the folder 'src'");
  });

  it('cost time in proportion to the changes', () => {
    const locked = Array.from({ length: 1_000 }, (_, index) => `src/folder-${index}`);
    const toChanges = (size: number): Change[] =>
      Array.from({ length: size }, (_, index) => write(`src/folder/file-${index}.js`, ''));
    assertLinear(toChanges, (changes) => withoutLocked(locked, changes), { largest: 32_000 });
  });
});

import { findPathProblem, foldPath, toFolders } from '@vibecode/platform/file.path';

describe('a path', () => {
  it('folds case and the two ways to write an accent', () => {
    expect(foldPath('SRC/Caf\u00e9.txt')).toBe(foldPath('src/cafe\u0301.TXT'));
    expect(toFolders('a/b/c')).toEqual(['a', 'a/b']);
    expect(toFolders('a')).toEqual([]);
  });

  it('is fine, or has a problem in words', () => {
    expect(findPathProblem('src/index.js')).toBeNull();
    expect(findPathProblem('../index.js')).toBe("contains a '..' segment");
  });
});

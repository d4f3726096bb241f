import { posix, win32 } from 'node:path';
import * as fc from '@vibecode/platform/testing/property';
import { assertPath } from '../src/file.path.ts';

function isAccepted(path: string): boolean {
  try {
    assertPath(path, 'path');
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'PROJECT_PATH_INVALID', details: { field: 'path' } });
    return false;
  }
}

describe('assertPath', () => {
  it.each([
    'a',
    'index.js',
    'src/index.js',
    '.gitignore',
    '.github/workflows/ci.yml',
    'src/[id]/page (1).tsx',
    'päth/文件.txt',
    '...',
    'a..b',
  ])('takes %p unless it ends in a dot', (path) => {
    expect(isAccepted(path)).toBe(!path.endsWith('.'));
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/..',
    './a',
    'a/./b',
    'a//b',
    'a/',
    'a\\b',
    '..\\x',
    'C:/x',
    'c:x',
    'a\u0000b',
    'a\nb',
    'a\u007f',
    'a\u0085',
    '.git/hooks/post-checkout',
    'a/.GIT/config',
    ' a',
    'a /b',
    'a./b',
    '\ud800',
    'x'.repeat(256),
    `${'d/'.repeat(24)}f`,
    `${'dir/'.repeat(200)}f`,
  ])('refuses %p', (path) => {
    expect(isAccepted(path)).toBe(false);
  });

  it('takes nothing that leads outside, on any system', () => {
    const segment = fc.constantFrom('..', '.', '', 'a', 'b.txt', '~', 'C:', '.git', 'a b', '\\', '/');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(segment).map((parts) => parts.join('/')),
          fc.string({ unit: 'binary' }),
        ),
        (path) => {
          if (!isAccepted(path)) return;
          expect(posix.resolve('/project', path).startsWith('/project/')).toBe(true);
          expect(win32.resolve('D:\\project', path).startsWith('D:\\project\\')).toBe(true);
          expect(posix.normalize(path)).toBe(path);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

import * as fc from '@vibecode/platform/testing/property';
import { addPiece, toErrorText, toPlainText } from '../src/features/execution/output.text.ts';
import { findMainFile, toFileRows } from '../src/features/file/file.rows.ts';
import { toProjectName } from '../src/features/project/project.name.ts';
import { toWorkspaceView } from '../src/features/project/workspace.view.ts';
import { toNextPath } from '../src/features/session/next.path.ts';
import { toLastDays } from '../src/features/usage/last.days.ts';
import { countLines, toDiffLines } from '../src/features/version/unified.diff.ts';

describe('what a program printed', () => {
  it('is text alone, whatever the program wrote', () => {
    expect(toPlainText('\u001b[2J\u001b[31mred\u001b[0m\r\nnext')).toBe('red\nnext');
    expect(toPlainText('\u001b]0;title\u0007said')).toBe('said');
    expect(toPlainText('\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\')).toBe('link');
    expect(toPlainText('a\u202eb\u0000c\u009bd')).toBe('abcd');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
        expect(toPlainText(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
    );
  });

  it('comes to the same when pieces come twice', () => {
    const pieces = [
      { seq: 1, stream: 'STDOUT' as const, text: 'a' },
      { seq: 2, stream: 'STDOUT' as const, text: 'b' },
      { seq: 3, stream: 'STDERR' as const, text: 'c' },
    ];
    const all = [pieces[0]!, pieces[1]!, pieces[0]!, pieces[1]!, pieces[2]!, pieces[2]!].reduce<
      ReturnType<typeof addPiece>
    >(addPiece, []);
    expect(all.map(({ stream, text }) => [stream, text])).toEqual([
      ['STDOUT', 'ab'],
      ['STDERR', 'c'],
    ]);
    expect(toErrorText(all)).toBe('c');
  });
});

describe('the file list', () => {
  const paths = ['a.js', 'src/b.js', 'src/deep/c.js', 'z.js'];
  it('shows folders before files, and leaves out what is closed', () => {
    const rows = toFileRows(paths, { closed: new Set(['src/deep']), search: '' });
    expect(rows.map(({ path, depth }) => [path, depth])).toEqual([
      ['src', 0],
      ['src/deep', 1],
      ['src/b.js', 1],
      ['a.js', 0],
      ['z.js', 0],
    ]);
  });

  it('finds by any part of the path', () => {
    expect(toFileRows(paths, { closed: new Set(['src']), search: 'DEEP/c' }).map(({ path }) => path)).toEqual([
      'src/deep/c.js',
    ]);
  });

  it('begins with the file that starts the project', () => {
    expect(findMainFile(['README.md', 'lib/index.py', 'package.json'])).toBe('lib/index.py');
    expect(findMainFile(['README.md', 'index.js'])).toBe('index.js');
    expect(findMainFile([])).toBeNull();
  });
});

describe('a diff', () => {
  it('is numbered as the files are', () => {
    const lines = toDiffLines('--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n@@ -9 +9,2 @@\n d\n+--- e\n');
    expect(lines).toEqual([
      { kind: 'same', before: 1, after: 1, text: 'a' },
      { kind: 'removed', before: 2, after: null, text: 'b' },
      { kind: 'added', before: null, after: 2, text: 'B' },
      { kind: 'same', before: 3, after: 3, text: 'c' },
      { kind: 'gap', before: null, after: null, text: '' },
      { kind: 'same', before: 9, after: 9, text: 'd' },
      { kind: 'added', before: null, after: 10, text: '--- e' },
    ]);
    expect(countLines(lines)).toEqual({ added: 2, removed: 1 });
    expect(toDiffLines('')).toEqual([]);
  });
});

describe('addresses', () => {
  it('say what the workspace shows', () => {
    expect(toWorkspaceView('')).toEqual({ kind: 'files' });
    expect(toWorkspaceView('v/7')).toEqual({ kind: 'version', number: 7 });
    expect(toWorkspaceView('diff/1..3')).toEqual({ kind: 'diff', from: 1, to: 3 });
    expect(toWorkspaceView('g/01a2-b')).toEqual({ kind: 'generation', id: '01a2-b' });
    for (const rest of ['v/', 'v/x', 'diff/1', 'g/../x', 'settings'])
      expect(toWorkspaceView(rest)).toEqual({ kind: 'unknown' });
  });

  it('lead nowhere but here after signing in', () => {
    expect(toNextPath('/p/1?file=a.js#x')).toBe('/p/1?file=a.js#x');
    for (const next of [null, '', 'https://evil', '//evil', '/\\evil', '/\t/evil', 'javascript:alert(1)'])
      expect(toNextPath(next)).toBe('/');
  });
});

describe('names and days', () => {
  it('takes the words of a prompt that say something', () => {
    expect(toProjectName('A command line todo list in JavaScript')).toBe('Command line todo list in JavaScript');
    expect(toProjectName('make me a quiz with questions and answers and scores')).toBe(
      'Quiz with questions and answers',
    );
    expect(toProjectName('x')).toBe('X');
    fc.assert(
      fc.property(
        fc.string().filter((prompt) => prompt.trim() !== ''),
        (prompt) => {
          expect(toProjectName(prompt).trim()).not.toBe('');
          expect(toProjectName(prompt).length).toBeLessThanOrEqual(81);
        },
      ),
    );
  });

  it('has a bar for each of the last days, in UTC', () => {
    const { from, to, days } = toLastDays(3, new Date('2026-03-01T23:30:00-05:00'));
    expect(days).toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
    expect([from, to]).toEqual(['2026-02-28T00:00:00.000Z', '2026-03-03T00:00:00.000Z']);
  });
});

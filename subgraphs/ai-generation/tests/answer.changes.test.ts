import { createHash } from 'node:crypto';
import { AnswerChanges } from '../src/answer/answer.changes.ts';
import { AnswerParser } from '../src/answer/answer.parser.ts';

function gather(answer: string, files: Record<string, string> = {}, shown = Object.keys(files)) {
  const parser = new AnswerParser();
  const changes = new AnswerChanges({ files: new Map(Object.entries(files)), shown: new Set(shown) });
  const events = [...parser.push(answer), ...parser.end('stop')].flatMap((event) => changes.add(event));
  return { events, changeset: changes.toChangeset(), problems: changes.problems, notes: changes.notes };
}

const edit = (search: string, replace: string) =>
  `<edit path="a.js">\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n</edit>\n`;

describe('AnswerChanges', () => {
  it('tells size and hash of the bytes a file has', () => {
    const { events } = gather('<file path="a.js">\nhé\n</file>\n');
    const sha256 = createHash('sha256').update('hé\n').digest('hex');
    expect(events).toEqual([
      { type: 'FileStarted', path: 'a.js' },
      { type: 'FileFinished', path: 'a.js', bytes: 4, sha256 },
    ]);
  });

  it('keeps one change a path: the last', () => {
    const { changeset } = gather(
      '<file path="a.js">\n1\n</file>\n<delete path="a.js" />\n<file path="a.js">\n2\n</file>\n',
    );
    expect(changeset).toEqual([{ operation: 'WRITE', path: 'a.js', content: '2\n', ifAbsent: true }]);
  });

  it('says nothing new of a file that is written twice alike', () => {
    const { events } = gather('<file path="a.js">\n1\n</file>\n<file path="a.js">\n1\n</file>\n');
    expect(events.filter(({ type }) => type === 'FileFinished')).toHaveLength(1);
  });

  it('applies an edit to what the answer has written itself', () => {
    const { changeset, problems } = gather(`<file path="a.js">\nlet a = 1;\n</file>\n${edit('a = 1', 'a = 2')}`);
    expect(changeset).toEqual([{ operation: 'WRITE', path: 'a.js', content: 'let a = 2;\n', ifAbsent: true }]);
    expect(problems).toEqual([]);
  });

  it('makes edits of the project of edits, in their order', () => {
    const { changeset } = gather(edit('a', 'b') + edit('b', 'c'), { 'a.js': 'a\nx\ny\nz\n' });
    expect(changeset).toEqual([{ operation: 'EDIT', path: 'a.js', search: 'a\n', replace: 'c\n' }]);
  });

  it.each(['nowhere', 'x'])('reports an edit whose text does not stand there exactly once: %s', (search) => {
    const { problems } = gather(`<file path="a.js">\nx x\n</file>\n${edit(search, 'y')}`);
    expect(problems).toMatchObject([{ code: 'EDIT_MISMATCH', path: 'a.js' }]);
  });

  it('reduces a file that is written anew to the lines that differ', () => {
    const before = Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join('');
    const after = before.replace('line 3\n', 'line three\n').replace('line 20\n', '');
    const { changeset } = gather(`<file path="a.js">\n${after}</file>\n`, { 'a.js': before });
    expect(changeset).toEqual([
      { operation: 'EDIT', path: 'a.js', search: 'line 3\n', replace: 'line three\n' },
      { operation: 'EDIT', path: 'a.js', search: 'line 20\n', replace: '' },
    ]);
  });

  it('replaces a file that is wholly new only where it is as the model knew it', () => {
    const { changeset } = gather('<file path="a.js">\nnew\n</file>\n', { 'a.js': 'old 1\nold 2\n'.repeat(20) });
    expect(changeset).toMatchObject([
      { operation: 'WRITE', path: 'a.js', ifSha256: expect.stringMatching(/^\w{64}$/) },
    ]);
  });

  it('refuses to replace a file that the model has not seen', () => {
    const { problems } = gather('<file path="a.js">\nnew\n</file>\n', { 'a.js': 'old\n' }, []);
    expect(problems).toMatchObject([{ code: 'FILE_UNSEEN', path: 'a.js' }]);
  });

  it('keeps the line ends and the byte order mark of a file that is written anew', () => {
    const files = { 'a.js': '\ufeffone\r\ntwo\r\nthree\r\n' };
    const { changeset } = gather('<file path="a.js">\none\n2\nthree\n</file>\n', files);
    expect(changeset).toEqual([{ operation: 'EDIT', path: 'a.js', search: 'two\r\n', replace: '2\r\n' }]);
  });

  it('takes nothing of a thought whose beginning the server has left out', () => {
    const { changeset, events } = gather(
      '<file path="draft.js">\n1\n</file>\n</think>\n<file path="a.js">\n2\n</file>\n',
    );
    expect(events).toContainEqual({ type: 'FileStarted', path: 'draft.js' });
    expect(changeset).toEqual([{ operation: 'WRITE', path: 'a.js', content: '2\n', ifAbsent: true }]);
  });
});

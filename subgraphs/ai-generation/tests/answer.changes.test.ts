import { createHash } from 'node:crypto';
import { AnswerChanges } from '../src/answer/answer.changes.ts';
import { AnswerParser } from '../src/answer/answer.parser.ts';

function gather(answer: string) {
  const parser = new AnswerParser();
  const changes = new AnswerChanges();
  const events = [...parser.push(answer), ...parser.end('stop')].flatMap((event) => changes.add(event));
  return { events, changeset: changes.toChangeset(), problems: changes.problems };
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
    expect(changeset).toEqual([{ operation: 'WRITE', path: 'a.js', content: '2\n' }]);
  });

  it('says nothing new of a file that is written twice alike', () => {
    const { events } = gather('<file path="a.js">\n1\n</file>\n<file path="a.js">\n1\n</file>\n');
    expect(events.filter(({ type }) => type === 'FileFinished')).toHaveLength(1);
  });

  it('applies an edit to what the answer has written itself', () => {
    const { changeset, problems } = gather(`<file path="a.js">\nlet a = 1;\n</file>\n${edit('a = 1', 'a = 2')}`);
    expect(changeset).toEqual([{ operation: 'WRITE', path: 'a.js', content: 'let a = 2;\n' }]);
    expect(problems).toEqual([]);
  });

  it('leaves edits of other files to the project, in their order', () => {
    const { changeset } = gather(edit('a', 'b') + edit('c', 'd'));
    expect(changeset).toEqual([
      { operation: 'EDIT', path: 'a.js', search: 'a', replace: 'b' },
      { operation: 'EDIT', path: 'a.js', search: 'c', replace: 'd' },
    ]);
  });

  it.each(['nowhere', 'x'])('reports an edit whose text does not stand there exactly once: %s', (search) => {
    const { problems } = gather(`<file path="a.js">\nx x\n</file>\n${edit(search, 'y')}`);
    expect(problems).toMatchObject([{ code: 'EDIT_INVALID' }]);
  });
});

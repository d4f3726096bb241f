import * as fc from '@vibecode/platform/testing/property';
import { toFileBlock } from '../src/answer/answer.blocks.ts';
import type { AnswerEvent, AnswerLimits } from '../src/answer/answer.event.ts';
import { AnswerParser } from '../src/answer/answer.parser.ts';
import type { EndReason } from '../src/models/model.ts';

const DELIMITER = 'k7q2';

function parse(answer: string, { reason = 'stop' as EndReason, limits = {} as Partial<AnswerLimits> } = {}) {
  const parser = new AnswerParser({ delimiter: DELIMITER, ...limits });
  return [...parser.push(answer), ...parser.end(reason)];
}

const written = (events: readonly AnswerEvent[]) =>
  Object.fromEntries(events.flatMap((event) => (event.type === 'written' ? [[event.path, event.content]] : [])));
const problems = (events: readonly AnswerEvent[]) =>
  events.flatMap((event) => (event.type === 'problem' ? [`${event.code} ${event.path}`] : []));

describe('the tagged protocol', () => {
  it.each(['', `-${DELIMITER}`])('reads files, edits and deletions in the order they stand, tags with "%s"', (mark) => {
    const answer = [
      'Here you go.',
      `<file${mark} path="src/index.js">`,
      "console.log('hi');",
      `</file${mark}>`,
      'Now the version:',
      `<edit${mark} path="package.json">`,
      '<<<<<<< SEARCH',
      '"version": "1.0.0"',
      '=======',
      '"version": "1.1.0"',
      '>>>>>>> REPLACE',
      `</edit${mark}>`,
      `<delete${mark} path="old.js" />`,
    ].join('\n');
    expect(parse(answer)).toEqual([
      { type: 'started', path: 'src/index.js' },
      { type: 'written', path: 'src/index.js', content: "console.log('hi');\n", certain: true },
      { type: 'started', path: 'package.json' },
      {
        type: 'edited',
        path: 'package.json',
        edits: [[{ search: '"version": "1.0.0"', replace: '"version": "1.1.0"' }]],
      },
      { type: 'deleted', path: 'old.js' },
    ]);
  });

  it('says that a file has started before its content is there', () => {
    const parser = new AnswerParser();
    expect(parser.push('<file path="a.js">\nlet a')).toEqual([{ type: 'started', path: 'a.js' }]);
    expect(parser.push(' = 1;\n</file>\n')).toEqual([
      { type: 'written', path: 'a.js', content: 'let a = 1;\n', certain: true },
    ]);
  });

  it('gives back what was written, whatever the content', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', '')),
      fc.constantFrom(
        '</file>',
        'x</file>',
        '\\</file>',
        '</file-z9z9>',
        '- <file path="b.js">',
        '**<delete path="c" />',
        '<file path="b.js">',
        '<edit path="b">',
        '<think>',
        '</think>',
        '```',
        '```js',
        '\\```',
        '<<<<<<< SEARCH',
        '=======',
        '>>>>>>> REPLACE',
        '</edit>  ',
        '',
        'x\r',
      ),
    );
    const content = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));
    const path = fc.constantFrom('a.js', 'src/deep/b.py', 'README.md', 'Dockerfile', 'it"s.txt');
    fc.assert(
      fc.property(path, content, (name, text) => {
        fc.pre(!/^\s*(?:<{5,9} ?SEARCH|```)/.test(text.trimStart()) && !text.includes(DELIMITER));
        const events = parse(`Talk.\n${toFileBlock(name, text, DELIMITER)}More talk.\n`);
        expect(events).toEqual([
          { type: 'started', path: name },
          { type: 'written', path: name, content: text, certain: true },
        ]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the same events for any pieces', () => {
    const piece = fc.constantFrom(
      '<file path="a.js">',
      '<file-k7q2 path="a.js">',
      '<file path="../x">',
      '<edit path="a.js">',
      '</file>',
      '</file-k7q2>',
      '</edit>',
      '<think>',
      '</think>',
      '<tool_call>',
      '</tool_call>',
      '```',
      '```js src/b.js',
      '```diff',
      '```md',
      '// c.js',
      '**d.py**',
      '@@ -1 +1 @@',
      '<<<<<<< SEARCH',
      '=======',
      '>>>>>>> REPLACE',
      'code',
      '\n',
      '\n',
      '\n',
      ' ',
    );
    const answer = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(
        answer,
        fc.array(fc.integer({ min: 1, max: 9 })),
        fc.constantFrom('stop', 'length', 'unsaid'),
        (text, cuts, reason) => {
          const whole = parse(text, { reason });
          const parser = new AnswerParser({ delimiter: DELIMITER });
          const events: AnswerEvent[] = [];
          let at = 0;
          for (const size of cuts) {
            events.push(...parser.push(text.slice(at, at + size)));
            at += size;
          }
          events.push(...parser.push(text.slice(at)), ...parser.end(reason));
          expect(events).toEqual(whole);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('what small models do instead', () => {
  it.each([
    ['the info string', '```js src/index.js\nlet a;\n```', 'src/index.js'],
    ['the info string, without a language', '```src/index.js\nlet a;\n```', 'src/index.js'],
    ['the info string, behind a colon', '```js:src/index.js\nlet a;\n```', 'src/index.js'],
    ['an attribute', '```js title="src/index.js"\nlet a;\n```', 'src/index.js'],
    ['a bold line before', '**src/index.js**\n\n```js\nlet a;\n```', 'src/index.js'],
    ['a heading before', '### 1. `index.js`:\n```js\nlet a;\n```', 'index.js'],
    ['a label before', 'File: index.js\n```js\nlet a;\n```', 'index.js'],
    ['a sentence before', 'Create a file called `index.js` with this content:\n```js\nlet a;\n```', 'index.js'],
    ['a sentence without quotes', 'Save it in a file named index.js:\n```js\nlet a;\n```', 'index.js'],
    ['a first comment', '```js\n// src/index.js\nlet a;\n```', 'src/index.js'],
    ['a first comment in markup', '```html\n<!-- index.html -->\nlet a;\n```', 'index.html'],
  ])('takes a fenced block that names its file in %s', (_, answer, path) => {
    expect(written(parse(answer))).toEqual({ [path]: 'let a;\n' });
  });

  it.each([
    ['a product', '**Node.js**\n```sh\nnode index.js\n```'],
    ['a shell command', 'In `package.json`:\n```bash\nnpm install\n```'],
    ['another language', '**index.js**\n```css\nb {}\n```'],
    ['a mention without a language', 'The output of `index.js`:\n```\nhello\n```'],
  ])('does not take %s for a file', (_, answer) => {
    expect(written(parse(answer))).toEqual({});
  });

  it('takes a nameless block as its language entry file only when the answer names no file', () => {
    const nameless = '```javascript\nlet a;\n```\nOutput:\n```\nhello\n```\n';
    expect(written(parse(nameless))).toEqual({ 'index.js': 'let a;\n' });
    expect(written(parse(`${nameless}<file path="b.js">\nlet b;\n</file>`))).toEqual({ 'b.js': 'let b;\n' });
  });

  it('closes a block that the model forgot to close', () => {
    const answer = '<file path="a.js">\nlet a;\n<file path="b.js">\nlet b;\n';
    expect(written(parse(answer))).toEqual({ 'a.js': 'let a;\n', 'b.js': 'let b;\n' });
  });

  it('unwraps a tagged file from a code fence, and drops what follows the fence in an unclosed block', () => {
    expect(written(parse('<file path="a.js">\n```js\nlet a;\n```\n</file>'))).toEqual({ 'a.js': 'let a;\n' });
    expect(written(parse('<file path="a.js">\n```js\nlet a;\n```\nRun it with node.\n'))).toEqual({
      'a.js': 'let a;\n',
    });
  });

  it('unwraps an answer that is a code fence as a whole', () => {
    const answer = '```xml\n<file path="a.js">\nlet a;\n</file>\n```\n';
    expect(parse(answer)).toEqual([
      { type: 'started', path: 'a.js' },
      { type: 'written', path: 'a.js', content: 'let a;\n', certain: true },
    ]);
  });

  it('keeps fences inside a Markdown file', () => {
    const readme = '# Use\n\n```sh\nnpm start\n```\n\nThat is all.\n';
    expect(written(parse(`\`\`\`md README.md\n${readme}\`\`\`\n`))).toEqual({ 'README.md': readme });
    expect(written(parse(`<file path="README.md">\n${readme}</file>\n`))).toEqual({ 'README.md': readme });
  });

  it('begins a new file when a fence was not closed before the next one that names its file', () => {
    const answer = '```js a.js\nlet a;\n```css b.css\nb {}\n```';
    expect(written(parse(answer))).toEqual({ 'a.js': 'let a;\n', 'b.css': 'b {}\n' });
  });

  it('takes a repeated block as its new content, fenced or tagged, unless a fence quotes a part', () => {
    expect(written(parse('```js a.js\n1\n```\n```js a.js\n2\n```'))).toEqual({ 'a.js': '2\n' });
    expect(written(parse('```js a.js\n1\n2\n3\n```\n```js a.js\n2\n```'))).toEqual({ 'a.js': '1\n2\n3\n' });
    expect(written(parse('<file path="a.js">\n1\n</file>\n<file path="a.js">\n2\n</file>'))).toEqual({ 'a.js': '2\n' });
  });

  it('removes the indentation of a fence inside a list', () => {
    expect(written(parse('1. `a.js`\n   ```js\n   let a;\n     b;\n   ```\n'))).toEqual({ 'a.js': 'let a;\n  b;\n' });
  });
});

describe('what cannot be used', () => {
  it.each([
    '../x.js',
    '/etc/passwd',
    'a/../../b',
    'C:\\x.js',
    'a//b',
    '..\\x',
    '',
    'a/\u0000b',
    'x'.repeat(300),
    '~/x',
  ])('refuses the path %j and goes on behind its block', (path) => {
    const events = parse(`<file path="${path}">\nevil\n</file>\n<file path="ok.js">\nfine\n</file>`);
    expect(problems(events)).toEqual([`PATH_INVALID ${path}`]);
    expect(written(events)).toEqual({ 'ok.js': 'fine\n' });
  });

  it('never writes outside the project, whatever the path', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', ' ', ':') }), (path) => {
        for (const event of parse(`<file path="${path}">\nx\n</file>`)) {
          if (event.type !== 'written') continue;
          expect(event.path.split('/')).not.toEqual(expect.arrayContaining(['..']));
          expect(event.path).not.toMatch(/^\/|\\|^$/);
        }
      }),
    );
  });

  it.each(['length', 'unsaid', 'filtered'] as const)('reports a file that was cut off by the end "%s"', (reason) => {
    const events = parse('<file path="a.js">\n1\n</file>\n<file path="b.js">\nlet', { reason });
    expect(written(events)).toEqual({ 'a.js': '1\n' });
    expect(problems(events)).toEqual(['CUT_OFF b.js']);
  });

  it('reports a file that is too large, and one too many', () => {
    const answer = '<file path="a.js">\n123456789\n</file>\n<file path="b.js">\n1\n</file>\n';
    expect(problems(parse(answer, { limits: { fileCharacters: 5 } }))).toEqual(['FILE_TOO_LARGE a.js']);
    expect(problems(parse(answer, { limits: { files: 1 } }))).toEqual(['TOO_MANY_FILES b.js']);
  });

  it('reports an edit that replaces nothing', () => {
    expect(problems(parse('<edit path="a.js">\nlet b;\n</edit>'))).toEqual(['EDIT_INVALID a.js']);
  });
});

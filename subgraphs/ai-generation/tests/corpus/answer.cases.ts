import { edit, fence, file, HI, type RecordedCase, strict } from './case.ts';

const written = { files: { 'index.js': HI } };
const said = (...deltas: string[]) => ({ deltas });
const longFile = Array.from({ length: 20 }, (_, n) => `export const value${n} = ${n};\n`).join('');
const XLIFF =
  '<xliff version="1.2">\n  <file original="app" source-language="en">\n    <body/>\n  </file>\n  <file original="lib" source-language="de">\n    <body/>\n  </file>\n</xliff>\n';
const NUSPEC =
  '<package>\n  <files>\n    <file src="bin\\a.dll" target="lib" />\n    <file src="b.dll" />\n  </files>\n</package>\n';

/** What models write in place of what they were asked for. */
export const answerCases: readonly RecordedCase[] = [
  // ---- the delimiter
  { name: 'delimited', sends: said(strict('index.js', HI)), expected: written },
  {
    name: 'delimited-holds-plain-tags',
    sends: said(strict('demo.md', 'Write this:\n<file path="a.js">\nlet a;\n</file>\n<edit path="b">\n</edit>\n')),
    expected: { files: { 'demo.md': 'Write this:\n<file path="a.js">\nlet a;\n</file>\n<edit path="b">\n</edit>\n' } },
  },
  {
    name: 'delimited-qrc',
    sends: said(strict('a.qrc', '<file>icons/a.png</file>\n</file>\n')),
    expected: { files: { 'a.qrc': '<file>icons/a.png</file>\n</file>\n' } },
  },
  { name: 'delimited-xliff', sends: said(strict('a.xlf', XLIFF)), expected: { files: { 'a.xlf': XLIFF } } },
  {
    name: 'delimited-closed-plainly',
    sends: said(`<file-§ path="index.js">\n${HI}</file>\nThat is all.\n`),
    expected: written,
  },
  {
    name: 'delimited-then-plain',
    sends: said(`<file-§ path="index.js">\n${HI}</file>\n<file path="b.js">\nlet b;\n</file>\n`),
    expected: { files: { 'index.js': HI, 'b.js': 'let b;\n' } },
  },
  {
    name: 'delimited-closed-by-an-empty-tag',
    sends: said(`<file-§ path="index.js">\n${HI}<file-§/>\n`),
    expected: written,
  },
  {
    name: 'delimited-closed-with-attributes',
    sends: said(`<file-§ path="index.js">\n${HI}</file-§ path="index.js">\n`),
    expected: written,
  },
  { name: 'delimited-wrongly', sends: said(`<file-zz99 path="index.js">\n${HI}</file-zz99>\n`), expected: written },
  { name: 'delimited-in-capitals', sends: said(`<FILE-§ path="index.js">\n${HI}</FILE-§>\n`), expected: written },
  {
    name: 'delimited-content-ends-in-the-tag-line',
    sends: said('<file-§ path="index.js">\nlet a;</file-§>\n'),
    expected: { files: { 'index.js': 'let a;' } },
  },
  { name: 'delimited-in-a-fence', sends: said(`\`\`\`xml\n${strict('index.js', HI)}\`\`\`\n`), expected: written },
  {
    name: 'delimited-around-a-fence',
    sends: said(`<file-§ path="index.js">\n\`\`\`js\n${HI}\`\`\`\n</file-§>\n`),
    expected: written,
  },
  // ---- documents with elements of that name, in plain tags
  { name: 'xml-xliff', sends: said(file('a.xlf', XLIFF)), expected: { files: { 'a.xlf': XLIFF } } },
  { name: 'xml-nuspec', sends: said(file('a.nuspec', NUSPEC)), expected: { files: { 'a.nuspec': NUSPEC } } },
  {
    name: 'xml-phpcs',
    sends: said(file('phpcs.xml', '<ruleset>\n  <file>src</file>\n  <file>tests</file>\n</ruleset>\n')),
    expected: { files: { 'phpcs.xml': '<ruleset>\n  <file>src</file>\n  <file>tests</file>\n</ruleset>\n' } },
  },
  // ---- tags in other spellings
  ...(
    [
      ['close-in-capitals', '</FILE>'],
      ['close-with-spaces', '< / file >'.replace('< / file >', '</file >')],
      ['close-with-a-dot', '</file>.'],
      ['close-with-a-backslash', '<\\/file>'],
      ['close-with-a-path', '</file path="index.js">'],
      ['close-indented', '  </file>'],
      ['close-as-edit', '</edit>'],
      ['close-without-bracket', '</file'],
      ['close-in-bold', '</file>**'],
      ['close-before-a-fence-end', '</file>\n```'],
      ['close-as-a-chat-mark', '<|im_end|>'],
    ] as const
  ).map(
    ([name, tag]): RecordedCase => ({ name, sends: said(`<file path="index.js">\n${HI}${tag}\n`), expected: written }),
  ),
  {
    name: 'open-in-bold',
    sends: said(`**<file path="index.js">**\n${HI}</file>\n`.replace('>**\n', '>\n')),
    expected: written,
  },
  { name: 'open-in-a-list', sends: said(`- <file path="index.js">\n${HI}</file>\n`), expected: written },
  { name: 'open-with-single-quotes', sends: said(`<file path='index.js'>\n${HI}</file>\n`), expected: written },
  { name: 'open-without-quotes', sends: said(`<file path=index.js>\n${HI}</file>\n`), expected: written },
  { name: 'open-with-name', sends: said(`<file name="index.js" type="js">\n${HI}</file>\n`), expected: written },
  {
    name: 'open-as-bolt',
    sends: said(`<boltAction type="file" filePath="index.js">\n${HI}</boltAction>\n`),
    expected: written,
  },
  {
    name: 'open-as-dyad',
    sends: said(`<dyad-write path="index.js" description="x">\n${HI}</dyad-write>\n`),
    expected: written,
  },
  {
    name: 'open-as-create-file',
    sends: said(`<create_file path="index.js">\n${HI}</create_file>\n`),
    expected: written,
  },
  {
    name: 'two-blocks-on-one-line',
    sends: said('<file path="a.js">1</file><file path="b.js">2</file>\n'),
    expected: { files: { 'a.js': '1', 'b.js': '2' } },
  },
  {
    name: 'answer-with-carriage-returns',
    sends: said(`<file path="index.js">\r\nlet a;\r\n</file>\r\n`),
    expected: { files: { 'index.js': 'let a;\r\n' } },
  },
  {
    name: 'empty-file',
    sends: said('<file path="a/__init__.py"></file>\n'),
    expected: { files: { 'a/__init__.py': '' } },
  },
  { name: 'empty-file-self-closing', sends: said('<file path=".keep" />\n'), expected: { files: { '.keep': '' } } },
  {
    name: 'string-with-a-closing-tag',
    sends: said(file('index.js', "const t = '</file>';\nrun(t);\n")),
    expected: { files: { 'index.js': "const t = '</file>';\nrun(t);\n" } },
  },
  {
    name: 'close-forgotten-at-the-end',
    sends: said(`<file path="index.js">\n${HI}\nThis prints a greeting to the terminal.\n`),
    expected: { ...written, notes: 'Sentences at its end were left out' },
  },
  // ---- paths
  {
    name: 'path-of-a-container',
    sends: said(file('/home/project/src/index.js', HI)),
    expected: { files: { 'src/index.js': HI } },
  },
  { name: 'path-of-a-workspace', sends: said(file('/workspace/index.js', HI)), expected: written },
  { name: 'path-with-a-dot', sends: said(file('./index.js', HI)), expected: written },
  {
    name: 'path-with-backslashes',
    sends: said(file('src\\index.js', HI)),
    expected: { files: { 'src/index.js': HI } },
  },
  ...(['../evil.js', '/etc/passwd', 'C:\\evil.js', '~/.ssh/authorized_keys', 'a/../../evil.js'] as const).map(
    (path): RecordedCase => ({
      name: `path-outside-${path}`,
      sends: said(file(path, HI), file('ok.js', HI)),
      expected: { code: 'GENERATION_ANSWER_INVALID', says: path },
    }),
  ),
  // ---- thoughts
  {
    name: 'think-never-begun',
    sends: said(`First a draft:\n${file('draft.js', 'BROKEN(\n')}No.\n</think>\n${file('index.js', HI)}`),
    expected: written,
  },
  {
    name: 'think-never-ended',
    sends: said(`<think>\n${file('index.js', HI)}`),
    expected: { code: 'GENERATION_NO_FILES', says: 'inside the reasoning' },
  },
  { name: 'think-on-one-line', sends: said(`<think>ok</think>${file('index.js', HI)}`), expected: written },
  {
    name: 'thinking-tag',
    sends: said(`<thinking>\n${fence('js index.js', 'BROKEN(\n')}</thinking>\n${file('index.js', HI)}`),
    expected: written,
  },
  {
    name: 'think-of-magistral',
    sends: said(`[THINK]${file('x.js', 'no\n')}[/THINK]\n${file('index.js', HI)}`),
    expected: written,
  },
  {
    name: 'think-of-kimi',
    sends: said(`◁think▷\n${file('x.js', 'no\n')}◁/think▷\n${file('index.js', HI)}`),
    expected: written,
  },
  {
    name: 'think-of-gpt-oss',
    sends: said(`<|channel|>analysis<|message|>Draft:\n${file('x.js', 'no\n')}<|end|>\n${file('index.js', HI)}`),
    expected: written,
  },
  {
    name: 'think-twice',
    sends: said(`<think>\na\n</think>\n<think>\n${file('x.js', 'no\n')}</think>\n${file('index.js', HI)}`),
    expected: written,
  },
  {
    name: 'think-as-content',
    sends: said(file('think.md', '<think>\nkept\n</think>\n')),
    expected: { files: { 'think.md': '<think>\nkept\n</think>\n' } },
  },
  {
    name: 'think-with-a-fence-never-begun',
    sends: said(`\`\`\`js\nBROKEN(\n</think>\n${file('index.js', HI)}`),
    expected: written,
  },
  // ---- fences
  {
    name: 'fences-with-headings',
    sends: said(
      `### index.html\n${fence('html', '<p>hi</p>\n')}\n### style.css\n${fence('css', 'p {}\n')}\n### script.js\n${fence('js', HI)}`,
    ),
    expected: { files: { 'index.html': '<p>hi</p>\n', 'style.css': 'p {}\n', 'script.js': HI } },
  },
  {
    name: 'fence-dockerfile',
    sends: said(`**Dockerfile**\n${fence('dockerfile', 'FROM node\n')}`),
    expected: { files: { Dockerfile: 'FROM node\n' } },
  },
  {
    name: 'fence-requirements',
    language: 'python',
    sends: said(`\`requirements.txt\`:\n${fence('text', 'flask\n')}\`main.py\`:\n${fence('python', 'print(1)\n')}`),
    expected: { files: { 'requirements.txt': 'flask\n', 'main.py': 'print(1)\n' } },
  },
  {
    name: 'fence-script',
    sends: said(`**run.sh**\n${fence('bash', 'node index.js\n')}`),
    expected: { files: { 'run.sh': 'node index.js\n' } },
  },
  {
    name: 'fence-of-output',
    sends: said(`${fence('js index.js', HI)}Running \`index.js\` prints:\n${fence('', 'hi\n')}`),
    expected: written,
  },
  {
    name: 'fence-of-commands-only',
    files: { 'package.json': '{}\n' },
    sends: said(`Install what \`package.json\` needs:\n${fence('sh', 'npm install\n')}`),
    expected: { code: 'GENERATION_NO_FILES' },
  },
  {
    name: 'fence-quotes-an-existing-file',
    files: { 'index.js': 'let a;\nlet b;\nlet c;\n' },
    sends: said(`In \`index.js\`:\n${fence('js', 'let b;\n')}there is nothing to change.\n`),
    expected: { code: 'GENERATION_NO_FILES', says: 'quotes' },
  },
  {
    name: 'fence-of-a-part',
    files: { 'values.js': longFile },
    sends: said(`**values.js**\n${fence('js', 'export const value3 = 33;\n')}`),
    again: said(edit('values.js', 'export const value3 = 3;', 'export const value3 = 33;')),
    expected: { files: { 'values.js': longFile.replace('= 3;', '= 33;') }, asked: 2 },
  },
  {
    name: 'fence-rewrites-an-existing-file',
    files: { 'index.js': 'let a;\nlet b;\n' },
    sends: said(`**index.js**\n${fence('js', 'let a = 1;\nlet b;\n')}`),
    expected: { files: { 'index.js': 'let a = 1;\nlet b;\n' }, operations: ['EDIT'] },
  },
  {
    name: 'fence-beside-tags',
    sends: said(`${file('index.js', HI)}**style.css**\n${fence('css', 'p {}\n')}`),
    expected: { ...written, notes: "names 'style.css'" },
  },
  {
    name: 'fence-cut',
    sends: { deltas: [`**index.js**\n\`\`\`js\nlet a`], finish: 'length' },
    expected: { code: 'GENERATION_TRUNCATED', says: "inside 'index.js'" },
  },
  { name: 'fence-never-closed', sends: said(`**index.js**\n\`\`\`js\n${HI}`), expected: written },
  { name: 'fence-with-tildes', sends: said(`**index.js**\n~~~js\n${HI}~~~\n`), expected: written },
  {
    name: 'fence-of-four',
    sends: said('**README.md**\n````md\n# A\n```js\n1\n```\n````\n'),
    expected: { files: { 'README.md': '# A\n```js\n1\n```\n' } },
  },
  {
    name: 'fence-nameless-in-each-language',
    sends: said(`${fence('html', '<p>\n')}${fence('css', 'p {}\n')}`),
    expected: { files: { 'index.html': '<p>\n', 'style.css': 'p {}\n' } },
  },
  {
    name: 'fence-nameless-twice-alike',
    sends: said(`${fence('js', HI)}Again:\n${fence('js', HI)}`),
    expected: written,
  },
  {
    name: 'fence-nameless-over-an-existing-file',
    files: { 'index.js': longFile },
    sends: said(`Add this line:\n${fence('js', HI)}`),
    expected: { code: 'GENERATION_ANSWER_INVALID', says: 'seems to be a part', asked: 2 },
  },
  {
    name: 'fence-comment-in-python',
    language: 'python',
    sends: said(fence('python', '# src/tool.py\nprint(1)\n')),
    expected: { files: { 'src/tool.py': 'print(1)\n' } },
  },
  // ---- calls and lists in the text
  {
    name: 'tool-call-as-text',
    sends: said(
      '<tool_call>\n{"name": "create_file", "arguments": {"path": "index.js", "content": "console.log(\\"hi\\");\\n"}}\n</tool_call>\n',
    ),
    expected: written,
  },
  {
    name: 'tool-call-fenced',
    sends: said(
      fence(
        'json',
        '{"name": "write_file", "parameters": {"path": "index.js", "content": "console.log(\\"hi\\");\\n"}}\n',
      ),
    ),
    expected: written,
  },
  {
    name: 'list-of-files-fenced',
    sends: said(fence('json', '{"files": [{"path": "index.js", "content": "console.log(\\"hi\\");\\n"}]}\n')),
    expected: written,
  },
  {
    name: 'json-that-is-data',
    sends: said(`Send this:\n${fence('json', '{"name": "Ada"}\n')}`),
    expected: { code: 'GENERATION_NO_FILES' },
  },
  // ---- placeholders
  ...(
    [
      ['hash', '# ... rest of the code unchanged ...'],
      ['css', '/* ... existing styles ... */'],
      ['html', '<!-- ... existing content ... -->'],
      ['plain', '... rest of the file ...'],
      ['words', '// rest of the code remains the same'],
      ['here', '// existing code here'],
      ['other', '// other methods ...'],
      ['bare', '// ...'],
      ['jsx', '{/* ... existing markup ... */}'],
      ['brackets', '[... rest of the configuration ...]'],
      ['brevity', '// (imports omitted for brevity)'],
    ] as const
  ).map(
    ([name, line]): RecordedCase => ({
      name: `placeholder-${name}`,
      files: { 'values.js': longFile },
      sends: said(file('values.js', `export const first = 1;\n${line}\n`)),
      expected: { code: 'GENERATION_ANSWER_INVALID', says: line, asked: 2 },
    }),
  ),
  ...(
    [
      ['loading', '// Loading more items...'],
      ['spread', '  ...existing,'],
      ['order', '// The order of the rest stays as the caller gave it.'],
      ['stub', '...'],
      ['todo', '// TODO: keep the existing users'],
    ] as const
  ).map(
    ([name, line]): RecordedCase => ({
      name: `no-placeholder-${name}`,
      sends: said(file('values.js', `export const first = 1;\n${line}\n`)),
      expected: { files: { 'values.js': `export const first = 1;\n${line}\n` } },
    }),
  ),
  {
    name: 'placeholder-that-the-file-has',
    files: { 'values.js': 'let a;\n// ... existing code ...\nlet b;\n' },
    sends: said(file('values.js', 'let a = 1;\n// ... existing code ...\nlet b;\n')),
    expected: { files: { 'values.js': 'let a = 1;\n// ... existing code ...\nlet b;\n' } },
  },
  // ---- nothing
  { name: 'only-talk', sends: said('I would rather talk about it.'), expected: { code: 'GENERATION_NO_FILES' } },
  {
    name: 'nothing-new',
    files: { 'index.js': HI },
    sends: said(file('index.js', HI)),
    expected: { code: 'GENERATION_NO_FILES', says: 'changes nothing' },
  },
  {
    name: 'delete-then-write',
    files: { 'a.js': '1\n' },
    sends: said('<delete path="a.js" />\n', file('b.js', '1\n')),
    expected: { files: { 'a.js': null, 'b.js': '1\n' } },
  },
  {
    name: 'delete-with-a-closing-tag',
    files: { 'a.js': '1\n' },
    sends: said('<delete path="a.js"></delete>\n'),
    expected: { files: { 'a.js': null } },
  },
];

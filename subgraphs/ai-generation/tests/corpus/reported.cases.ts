import { DONE, delta, edit, file, HI, type RecordedCase, sse } from './case.ts';

const manyFunctions = Array.from({ length: 60 }, (_, n) => `export const f${n} = () => ${n};\n`).join('');

/** Answers that users of other products reported, as they came. */
export const reportedCases: readonly RecordedCase[] = [
  {
    name: 'bash-fence-names-file',
    files: { 'package.json': '{\n  "name": "demo",\n  "dependencies": {}\n}\n' },
    sends: {
      deltas: [
        `${file('index.js', HI)}Then add the dependency to \`package.json\`:\n\`\`\`bash\nnpm install express\n\`\`\`\n`,
      ],
    },
    expected: { files: { 'index.js': HI } },
  },
  {
    name: 'choices-null',
    sends: { raw: ['data: {"choices":null,"object":"ping"}\n\n', delta(file('index.js', HI), 'stop'), DONE] },
    expected: { files: { 'index.js': HI } },
  },
  {
    name: 'close-then-prose-same-line',
    sends: { deltas: [`<file path="index.js">\n${HI}</file> Now the style:\n${file('style.css', 'b{}\n')}`] },
    expected: { files: { 'index.js': HI, 'style.css': 'b{}\n' } },
  },
  {
    name: 'cut-midfile-usage-each-chunk',
    sends: {
      raw: ['<file path="index.js">\n', 'const a = 1;\n', 'function half() {\n'].map((content, index) =>
        sse({
          choices: [{ index: 0, delta: { content }, finish_reason: null }],
          usage: { prompt_tokens: 10, completion_tokens: index + 1 },
        }),
      ),
    },
    expected: { code: 'GENERATION_MODEL_UNAVAILABLE', says: ["cut off inside 'index.js'", 'Nothing was written'] },
  },
  {
    name: 'delete-missing',
    sends: { deltas: [`<delete path="nope.js" />\n${file('index.js', HI)}`] },
    expected: { files: { 'index.js': HI }, notes: "'nope.js' is not there" },
  },
  {
    name: 'diff-fence',
    files: { 'index.js': 'const a = 1;\nconsole.log(a);\n' },
    sends: {
      deltas: [
        'Change `index.js`:\n```diff\n--- a/index.js\n+++ b/index.js\n@@ -1,2 +1,2 @@\n-const a = 1;\n+const a = 2;\n console.log(a);\n```\n',
      ],
    },
    expected: { files: { 'index.js': 'const a = 2;\nconsole.log(a);\n' } },
  },
  {
    name: 'done-without-finish-reason',
    sends: { deltas: [file('index.js', HI)], finish: null, usage: null },
    expected: { files: { 'index.js': HI } },
  },
  {
    name: 'edit-crlf-file',
    files: { 'a.js': 'const a = 1;\r\nconst b = 2;\r\n' },
    sends: { deltas: [edit('a.js', 'const a = 1;\nconst b = 2;', 'const a = 3;\nconst b = 2;')] },
    expected: { files: { 'a.js': 'const a = 3;\r\nconst b = 2;\r\n' } },
  },
  {
    name: 'edit-git-markers',
    files: { 'a.md': 'x\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> b\ny\n' },
    sends: { deltas: [edit('a.md', '<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> b', 'two')] },
    expected: { files: { 'a.md': 'x\ntwo\ny\n' } },
  },
  {
    name: 'edit-indent',
    files: { 'a.js': 'class A {\n\tf() {\n\t\treturn 1;\n\t}\n}\n' },
    sends: { deltas: [edit('a.js', '  f() {\n    return 1;', '  f() {\n    return 2;')] },
    expected: { files: { 'a.js': 'class A {\n\tf() {\n\t\treturn 2;\n\t}\n}\n' } },
  },
  {
    name: 'emoji-surrogates-split',
    sends: {
      raw: [
        'data: {"choices":[{"index":0,"delta":{"content":"<file path=\\"index.js\\">\\nconsole.log(\\"\\ud83c"},"finish_reason":null}]}\n\n',
        'data: {"choices":[{"index":0,"delta":{"content":"\\udf0d\\");\\n</file>\\n"},"finish_reason":"stop"}]}\n\n',
        DONE,
      ],
    },
    expected: { files: { 'index.js': 'console.log("🌍");\n' } },
  },
  {
    name: 'error-unframed-json',
    sends: {
      raw: [
        '{"error":{"message":"request (19185 tokens) exceeds the available context size (16384 tokens)","code":400}}',
      ],
    },
    expected: {
      code: 'GENERATION_CONTEXT_EXCEEDED',
      says: ['2801 tokens too long', 'request (19185 tokens) exceeds the available context size'],
    },
  },
  {
    name: 'finish-content-filter-midfile',
    sends: { deltas: ['<file path="index.js">\nconst a = 1;\nfunction half() {\n'], finish: 'content_filter' },
    expected: { code: 'GENERATION_FILTERED', says: "cut off inside 'index.js'" },
  },
  {
    name: 'finish-length-between-files',
    sends: {
      deltas: [`I make two files, index.js and util.js.\n\n${file('index.js', 'import "./util.js";\n')}`],
      finish: 'length',
    },
    expected: { code: 'GENERATION_TRUNCATED', says: ['between files', "Whole by then: 'index.js'"] },
  },
  {
    name: 'html-200',
    sends: { raw: ['<!DOCTYPE html><html><title>Login</title></html>'], contentType: 'text/html' },
    expected: { code: 'GENERATION_MODEL_UNAVAILABLE', says: ['HTML', 'base URL'] },
  },
  {
    name: 'lazy-placeholder',
    files: { 'app.js': manyFunctions },
    sends: {
      deltas: [
        file(
          'app.js',
          '// ... existing code ...\nexport const added = () => 99;\n// ... rest of the code remains the same ...\n',
        ),
      ],
    },
    again: {
      deltas: [
        edit('app.js', 'export const f59 = () => 59;', 'export const f59 = () => 59;\nexport const added = () => 99;'),
      ],
    },
    expected: {
      files: { 'app.js': `${manyFunctions}export const added = () => 99;\n` },
      asked: 2,
      operations: ['EDIT'],
    },
  },
  {
    name: 'lazy-placeholder-for-ever',
    files: { 'app.js': manyFunctions },
    sends: { deltas: [file('app.js', '// ... existing code ...\nexport const added = () => 99;\n')] },
    expected: { code: 'GENERATION_ANSWER_INVALID', says: '// ... existing code ...', asked: 2 },
  },
  {
    name: 'missing-close-then-prose',
    sends: {
      deltas: [`<file path="index.js">\n${HI}\nNext, the stylesheet for the page:\n\n${file('style.css', 'b{}\n')}`],
    },
    expected: { files: { 'index.js': HI, 'style.css': 'b{}\n' }, notes: 'no closing tag' },
  },
  {
    name: 'open-with-space',
    sends: { deltas: [`< file path="index.js">\n${HI}</ file>\n`] },
    expected: { files: { 'index.js': HI } },
  },
  {
    name: 'path-leading-slash',
    sends: { deltas: [file('/src/index.js', HI)] },
    expected: { files: { 'src/index.js': HI } },
  },
  {
    name: 'same-file-twice-fences',
    sends: {
      deltas: [
        `**index.js**\n\`\`\`js\nBROKEN(\n\`\`\`\nOops, that does not parse. Corrected version of \`index.js\`:\n\`\`\`js\n${HI}\`\`\`\n`,
      ],
    },
    expected: { files: { 'index.js': HI } },
  },
  {
    name: 'shebang-then-path-comment',
    sends: { deltas: ['```python\n#!/usr/bin/env python3\n# tool.py\nprint(1)\n```\n'] },
    expected: { files: { 'tool.py': '#!/usr/bin/env python3\nprint(1)\n' } },
  },
  {
    name: 'snippet-of-existing-file',
    files: { 'config.json': '{\n  "port": 1,\n  "host": "x",\n  "db": "y"\n}\n' },
    sends: {
      deltas: [`${file('index.js', HI)}The port comes from \`config.json\`:\n\`\`\`json\n  "port": 1,\n\`\`\`\n`],
    },
    expected: { files: { 'index.js': HI } },
  },
  {
    name: 'think-with-draft',
    sends: {
      deltas: [
        `<think>\nMaybe I start like this:\n${file('draft.js', 'BROKEN(\n')}No, that is wrong.\n</think>\nA greeting.\n\n${file('index.js', HI)}`,
      ],
    },
    expected: { files: { 'index.js': HI } },
  },
  {
    name: 'unnamed-python3',
    language: 'python',
    sends: { deltas: ['Here:\n```python3\nprint("hi")\n```\n'] },
    expected: { files: { 'main.py': 'print("hi")\n' } },
  },
  {
    name: 'unnamed-two-of-one-language',
    language: 'python',
    sends: {
      deltas: [
        'The model:\n```python\nclass Account:\n    def __init__(self):\n        self.balance = 0\n```\nThe program:\n```python\nprint(Account().balance)\n```\n',
      ],
    },
    expected: { code: 'GENERATION_ANSWER_INVALID', says: 'none names its file', asked: 2 },
  },
  {
    name: 'usage-chunk-without-choices',
    sends: {
      raw: [
        delta(file('index.js', HI)),
        sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
        sse({ usage: { prompt_tokens: 10, completion_tokens: 12 } }),
        DONE,
      ],
    },
    expected: { files: { 'index.js': HI }, promptTokens: 10, completionTokens: 12 },
  },
  {
    name: 'usage-negative',
    sends: { deltas: [file('index.js', HI)], usage: { prompt_tokens: -1, completion_tokens: -1 } },
    expected: { files: { 'index.js': HI }, completionTokens: 13 },
  },
  {
    name: 'usage-zero',
    sends: {
      deltas: [file('index.js', HI.repeat(40))],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    },
    expected: { files: { 'index.js': HI.repeat(40) }, completionTokens: 198 },
  },
  {
    name: 'xml-qrc',
    sends: {
      deltas: [
        file(
          'resources.qrc',
          '<RCC>\n  <qresource prefix="/">\n    <file>icons/a.png</file>\n    <file>icons/b.png</file>\n  </qresource>\n</RCC>\n',
        ),
      ],
    },
    expected: {
      files: {
        'resources.qrc':
          '<RCC>\n  <qresource prefix="/">\n    <file>icons/a.png</file>\n    <file>icons/b.png</file>\n  </qresource>\n</RCC>\n',
      },
    },
  },
];

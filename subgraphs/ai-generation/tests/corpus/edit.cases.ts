import { edit, fence, file, type RecordedCase } from './case.ts';

const JS = 'import a from "a";\n\nfunction one() {\n  return 1;\n}\n\nfunction two() {\n  return 2;\n}\n';
const PY = 'class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 1\n';
const said = (...deltas: string[]) => ({ deltas });
const invalid = 'GENERATION_ANSWER_INVALID';

/** Changes of files that are there. */
export const editCases: readonly RecordedCase[] = [
  {
    name: 'edit-one-line',
    files: { 'a.js': JS },
    sends: said(edit('a.js', '  return 2;', '  return 22;')),
    expected: { files: { 'a.js': JS.replace('return 2', 'return 22') }, operations: ['EDIT'] },
  },
  {
    name: 'edit-twice-in-a-block',
    files: { 'a.js': JS },
    sends: said(
      '<edit path="a.js">\n<<<<<<< SEARCH\n  return 1;\n=======\n  return 11;\n>>>>>>> REPLACE\n<<<<<<< SEARCH\n  return 2;\n=======\n  return 22;\n>>>>>>> REPLACE\n</edit>\n',
    ),
    expected: {
      files: { 'a.js': JS.replace('return 1', 'return 11').replace('return 2', 'return 22') },
      operations: ['EDIT', 'EDIT'],
    },
  },
  {
    name: 'edit-in-a-fence',
    files: { 'a.js': JS },
    sends: said(
      `<edit path="a.js">\n\`\`\`js\n<<<<<<< SEARCH\n  return 1;\n=======\n  return 11;\n>>>>>>> REPLACE\n\`\`\`\n</edit>\n`,
    ),
    expected: { files: { 'a.js': JS.replace('return 1', 'return 11') } },
  },
  {
    name: 'edit-in-a-file-tag',
    files: { 'a.js': JS },
    sends: said('<file path="a.js">\n<<<<<<< SEARCH\n  return 1;\n=======\n  return 11;\n>>>>>>> REPLACE\n</file>\n'),
    expected: { files: { 'a.js': JS.replace('return 1', 'return 11') } },
  },
  {
    name: 'edit-of-aider',
    files: { 'src/a.js': JS },
    sends: said('src/a.js\n```js\n<<<<<<< SEARCH\n  return 1;\n=======\n  return 11;\n>>>>>>> REPLACE\n```\n'),
    expected: { files: { 'src/a.js': JS.replace('return 1', 'return 11') }, operations: ['EDIT'] },
  },
  {
    name: 'edit-of-aider-with-the-path-inside',
    files: { 'src/a.js': JS },
    sends: said('```js\nsrc/a.js\n<<<<<<< SEARCH\n  return 1;\n=======\n  return 11;\n>>>>>>> REPLACE\n```\n'),
    expected: { files: { 'src/a.js': JS.replace('return 1', 'return 11') } },
  },
  {
    name: 'edit-of-aider-without-a-fence',
    files: { 'a.js': JS },
    sends: said('a.js\n<<<<<<< SEARCH\n  return 1;\n=======\n  return 11;\n>>>>>>> REPLACE\n'),
    expected: { files: { 'a.js': JS.replace('return 1', 'return 11') } },
  },
  {
    name: 'edit-of-aider-without-a-path',
    files: { 'a.js': JS },
    sends: said('```js\n<<<<<<< SEARCH\n  return 1;\n=======\n  return 11;\n>>>>>>> REPLACE\n```\n'),
    expected: { code: invalid, says: 'does not say which file', asked: 2 },
  },
  {
    name: 'edit-of-aider-never-ended',
    files: { 'a.js': JS },
    sends: said('a.js\n<<<<<<< SEARCH\n  return 1;\n', file('b.js', '1\n')),
    expected: { files: { 'b.js': '1\n' } },
  },
  {
    name: 'edit-of-cline',
    files: { 'a.js': JS },
    sends: said('<edit path="a.js">\n------- SEARCH\n  return 1;\n=======\n  return 11;\n+++++++ REPLACE\n</edit>\n'),
    expected: { files: { 'a.js': JS.replace('return 1', 'return 11') } },
  },
  {
    name: 'edit-trailing-blanks',
    files: { 'a.js': 'let a = 1;  \nlet b = 2;\t\nlet c;\n' },
    sends: said(edit('a.js', 'let a = 1;\nlet b = 2;', 'let a = 3;\nlet b = 2;')),
    expected: { files: { 'a.js': 'let a = 3;\nlet b = 2;\nlet c;\n' } },
  },
  {
    name: 'edit-blank-lines-around',
    files: { 'a.js': JS },
    sends: said(edit('a.js', '\nfunction  two() {\n'.replace('  two', ' two'), '\nfunction three() {\n')),
    expected: { files: { 'a.js': JS.replace('two', 'three') } },
  },
  {
    name: 'edit-without-indentation-in-python',
    language: 'python',
    files: { 'a.py': PY },
    sends: said(
      edit('a.py', 'def g(self):\n    return 1', 'def g(self):\n    if True:\n        return 2\n    return 1'),
    ),
    expected: {
      files: {
        'a.py': `${PY.slice(0, PY.indexOf('    def g'))}    def g(self):\n        if True:\n            return 2\n        return 1\n`,
      },
    },
  },
  {
    name: 'edit-flattened-python',
    language: 'python',
    files: { 'a.py': PY },
    sends: said(edit('a.py', 'def g(self):\nreturn 1', 'def g(self):\nreturn 2')),
    expected: { code: invalid, says: 'The nearest lines are', asked: 2 },
  },
  {
    name: 'edit-ambiguous',
    files: { 'a.py': PY },
    sends: said(edit('a.py', '        return 1', '        return 2')),
    expected: { code: invalid, says: '2 times', asked: 2 },
  },
  {
    name: 'edit-that-does-not-fit-then-fits',
    files: { 'a.js': JS },
    sends: said(file('new.js', '1\n'), edit('a.js', '  return 3;', '  return 4;')),
    again: said(edit('a.js', '  return 2;', '  return 4;')),
    expected: { files: { 'new.js': '1\n', 'a.js': JS.replace('return 2', 'return 4') }, asked: 2 },
  },
  {
    name: 'edit-that-never-fits',
    files: { 'a.js': JS },
    sends: said(file('new.js', '1\n'), edit('a.js', 'function two() {\n  return 3;', 'x')),
    expected: { code: invalid, says: ['The nearest lines are', '7: function two() {'], asked: 2 },
  },
  {
    name: 'edit-with-a-whole-file-as-correction',
    files: { 'a.js': 'let a = 1;\nlet b;\n' },
    sends: said(edit('a.js', 'let c;', 'let d;')),
    again: said(file('a.js', 'let a = 1;\nlet d;\n')),
    expected: { files: { 'a.js': 'let a = 1;\nlet d;\n' }, asked: 2 },
  },
  {
    name: 'edit-of-a-missing-file',
    sends: said(edit('a.js', 'let c;', 'let d;')),
    expected: { code: invalid, says: 'is not there', asked: 2 },
  },
  { name: 'edit-that-creates', sends: said(edit('a.js', '', 'let d;')), expected: { files: { 'a.js': 'let d;\n' } } },
  {
    name: 'edit-that-searches-for-nothing',
    files: { 'a.js': JS },
    sends: said(edit('a.js', '', 'let d;')),
    expected: { code: invalid, says: 'searches for nothing', asked: 2 },
  },
  {
    name: 'edit-that-removes-lines',
    files: { 'a.js': JS },
    sends: said(edit('a.js', 'function two() {\n  return 2;\n}', '')),
    expected: { files: { 'a.js': JS.replace('function two() {\n  return 2;\n}\n', '') } },
  },
  {
    name: 'edit-with-dividers-in-the-content',
    files: { 'a.rst': 'Title\n=======\n\nText\n' },
    sends: said(edit('a.rst', 'Title\n=======', 'New title\n=======')),
    expected: { files: { 'a.rst': 'New title\n=======\n\nText\n' } },
  },
  {
    name: 'edit-adds-a-divider',
    files: { 'a.rst': 'Title\n\nText\n' },
    sends: said(edit('a.rst', 'Title', 'Title\n=======')),
    expected: { files: { 'a.rst': 'Title\n=======\n\nText\n' } },
  },
  {
    name: 'edit-with-end-markers-in-the-content',
    files: { 'a.md': 'one\ntwo\n' },
    sends: said(edit('a.md', 'two', '>>>>>>> REPLACE\nthree')),
    expected: { files: { 'a.md': 'one\n>>>>>>> REPLACE\nthree\n' } },
  },
  {
    name: 'edit-with-dollars',
    files: { 'a.sh': 'echo a\n' },
    sends: said(edit('a.sh', 'echo a', "echo $& $1 $$ $'x'")),
    expected: { files: { 'a.sh': "echo $& $1 $$ $'x'\n" } },
  },
  {
    name: 'edit-lazily',
    files: { 'a.js': JS },
    sends: said(edit('a.js', 'function one() {\n  return 1;\n}', 'function one() {\n  // ... existing code ...\n}')),
    expected: { code: invalid, says: '// ... existing code ...', asked: 2 },
  },
  {
    name: 'edit-cut',
    files: { 'a.js': JS },
    sends: { deltas: ['<edit path="a.js">\n<<<<<<< SEARCH\n  return 1;\n=======\n  ret'], finish: 'length' },
    expected: { code: 'GENERATION_TRUNCATED', says: "inside 'a.js'" },
  },
  {
    name: 'edit-of-crlf-in-the-middle-of-lines',
    files: { 'a.js': 'let a = 1;\r\nlet b = 2;\r\nlet c = 3;\r\n' },
    sends: said(edit('a.js', 'a = 1;\nlet b', 'a = 9;\nlet b')),
    expected: { files: { 'a.js': 'let a = 9;\r\nlet b = 2;\r\nlet c = 3;\r\n' } },
  },
  // ---- patches
  {
    name: 'patch-in-an-edit-tag',
    files: { 'a.js': JS },
    sends: said('<edit path="a.js">\n@@ -3,3 +3,3 @@\n function one() {\n-  return 1;\n+  return 11;\n }\n</edit>\n'),
    expected: { files: { 'a.js': JS.replace('return 1', 'return 11') }, operations: ['EDIT'] },
  },
  {
    name: 'patch-with-wrong-counts',
    files: { 'a.js': JS },
    sends: said(
      fence('diff', '--- a/a.js\n+++ b/a.js\n@@ -1,99 +1,7 @@\n function two() {\n-  return 2;\n+  return 22;\n }\n'),
    ),
    expected: { files: { 'a.js': JS.replace('return 2', 'return 22') } },
  },
  {
    name: 'patch-of-several-files',
    files: { 'a.js': JS, 'old.js': '1\n' },
    sends: said(
      fence(
        'diff',
        'diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n@@ -4 +4 @@\n-  return 1;\n+  return 11;\ndiff --git a/new.js b/new.js\nnew file mode 100644\n--- /dev/null\n+++ b/new.js\n@@ -0,0 +1,2 @@\n+let n;\n+let m;\n--- a/old.js\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n',
      ),
    ),
    expected: { files: { 'a.js': JS.replace('return 1', 'return 11'), 'new.js': 'let n;\nlet m;\n', 'old.js': null } },
  },
  {
    name: 'patch-by-line-number',
    files: { 'a.py': PY },
    sends: said(fence('diff', '--- a/a.py\n+++ b/a.py\n@@ -6 +6 @@\n-        return 1\n+        return 6\n')),
    expected: { files: { 'a.py': PY.replace(/return 1\n$/, 'return 6\n') } },
  },
  {
    name: 'patch-that-does-not-fit',
    files: { 'a.js': JS },
    sends: said(fence('diff', '--- a/a.js\n+++ b/a.js\n@@ -1 +1 @@\n-let nothing;\n+let something;\n')),
    expected: { code: invalid, says: 'does not stand in the file', asked: 2 },
  },
  {
    name: 'patch-of-codex',
    files: { 'a.js': JS },
    sends: said(
      '*** Begin Patch\n*** Update File: a.js\n@@ function one() {\n-  return 1;\n+  return 11;\n*** Add File: b.js\n+let b;\n*** End Patch\n',
    ),
    expected: { files: { 'a.js': JS.replace('return 1', 'return 11'), 'b.js': 'let b;\n' } },
  },
  {
    name: 'patch-beside-tags-is-talk',
    files: { 'a.js': JS },
    sends: said(
      edit('a.js', '  return 1;', '  return 11;'),
      'That is:\n',
      fence('diff', '-  return 1;\n+  return 11;\n'),
    ),
    expected: { files: { 'a.js': JS.replace('return 1', 'return 11') } },
  },
  {
    name: 'patch-without-hunks-is-talk',
    files: { 'a.js': JS },
    sends: said('In `a.js`:\n', fence('diff', '- return 1;\n+ return 11;\n')),
    expected: { code: 'GENERATION_NO_FILES' },
  },
  {
    name: 'patch-as-a-file',
    sends: said(file('fix.patch', '--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n')),
    expected: { files: { 'fix.patch': '--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n' } },
  },
  // ---- whole files
  {
    name: 'rewrite-of-one-line',
    files: { 'a.js': JS },
    sends: said(file('a.js', JS.replace('return 2', 'return 22'))),
    expected: { files: { 'a.js': JS.replace('return 2', 'return 22') }, operations: ['EDIT'] },
  },
  {
    name: 'rewrite-of-crlf',
    files: { 'a.js': JS.replaceAll('\n', '\r\n') },
    sends: said(file('a.js', JS.replace('return 2', 'return 22'))),
    expected: { files: { 'a.js': JS.replace('return 2', 'return 22').replaceAll('\n', '\r\n') }, operations: ['EDIT'] },
  },
  {
    name: 'rewrite-of-all',
    files: { 'a.js': JS },
    sends: said(file('a.js', 'let other;\n')),
    expected: { files: { 'a.js': 'let other;\n' }, operations: ['WRITE'] },
  },
  {
    name: 'rewrite-of-repeated-lines',
    files: { 'a.txt': 'x\n'.repeat(30) },
    sends: said(file('a.txt', `${'x\n'.repeat(15)}y\n${'x\n'.repeat(15)}`)),
    expected: { files: { 'a.txt': `${'x\n'.repeat(15)}y\n${'x\n'.repeat(15)}` } },
  },
  {
    name: 'rewrite-of-a-file-that-did-not-fit',
    files: { 'big.js': `// ${'x'.repeat(56_000)}\n` },
    prompt: 'Change something',
    sends: said(file('big.js', 'let small;\n')),
    expected: { code: invalid, says: "has not seen 'big.js'" },
  },
  {
    name: 'answer-with-a-file-left-out',
    files: { 'big.js': `// ${'x'.repeat(56_000)}\n` },
    sends: said(file('index.js', '1\n')),
    expected: { files: { 'index.js': '1\n' }, notes: 'has not seen big.js (55 KB)' },
  },
];

import * as fc from '@vibecode/platform/testing/property';
import { findDeclarations, toAbsentList } from '../src/prompt.outline.ts';

describe('what a file declares', () => {
  it.each([
    ['export async function load() {}\nexport default class Page {}\n  const inner = 1;\n', ['load', 'Page']],
    [
      'import os\n\nclass Shop:\n    def inside(self):\n        pass\n\nasync def serve():\n    pass\n',
      ['Shop', 'serve'],
    ],
    ['package main\n\nfunc main() {\n}\n\ntype Point struct {\n', ['main', 'Point']],
    ['CREATE TABLE IF NOT EXISTS users (\n  id int\n);\ncreate table orders (\n', ['users', 'orders']],
    ['# Title\n\ntext\n\n## How to run\n', ['Title', 'How to run']],
    ['const a = 1;\r\nconst b = 2;\r\n', ['a', 'b']],
    ['', []],
    ['{"a": 1}', []],
  ])('is found at the start of lines: %j', (content, names) => {
    expect(findDeclarations(content)).toEqual(names);
  });

  it('is bounded, whatever the text', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => `const name${at} = 1;`).join('\n');
    expect(findDeclarations(many)).toHaveLength(16);
    expect(findDeclarations(`const ${'x'.repeat(1_000_000)}`)).toEqual([`x${'x'.repeat(60)}`]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(findDeclarations(text).every((name) => name.length <= 61)).toBe(true);
      }),
    );
  });
});

describe('the list of files that are not shown', () => {
  it('says what they declare as far as there is room, and counts the rest', () => {
    const files = Array.from({ length: 50 }, (_, at) => ({
      path: `src/part${at}.js`,
      content: `export function first${at}() {}\nexport function second${at}() {}\n`,
    }));
    const list = toAbsentList(files, 600);
    expect(list.length).toBeLessThanOrEqual(600 + 40);
    expect(list).toContain('- src/part0.js (1 KB): first0, second0\n');
    expect(list).toMatch(/- \d+ more\n/);
    expect(toAbsentList(files, 100_000)).toContain('- src/part49.js (1 KB): first49, second49');
  });
});

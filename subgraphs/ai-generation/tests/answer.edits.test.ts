import * as fc from '@vibecode/platform/testing/property';
import { applyEdit } from '../src/answer/answer.matching.ts';
import { toChanges } from '../src/answer/answer.reduction.ts';

const line = fc.constantFrom('', 'a', 'b', '  a', '\tb', 'return 1;', '  return 1;', '}', 'é🌍', 'x\r');
const text = fc
  .tuple(fc.array(line, { maxLength: 40 }), fc.constantFrom('', '\n'))
  .map(([lines, end]) => lines.join('\n') + end);

describe('a file that is written anew', () => {
  it('comes out as it was written, edit by edit, each of which stands in the file once', () => {
    fc.assert(
      fc.property(text, text, fc.nat(), fc.boolean(), (before, other, at, similar) => {
        const lines = before.split('\n');
        const after = similar
          ? lines.toSpliced(at % lines.length, 1, ...other.split('\n').slice(0, 2)).join('\n')
          : other;
        let present: string | null = before;
        for (const change of toChanges('a', before, after)) {
          if (change.operation === 'WRITE') present = change.content;
          else if (change.operation === 'EDIT') {
            const parts: string[] = present.split(change.search);
            expect(parts).toHaveLength(2);
            present = parts.join(change.replace);
          }
        }
        expect(present).toBe(after);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is no change where nothing differs, and a new file where there was none', () => {
    expect(toChanges('a', 'x\n', 'x\n')).toEqual([]);
    expect(toChanges('a', null, 'x\n')).toEqual([{ operation: 'WRITE', path: 'a', content: 'x\n', ifAbsent: true }]);
  });
});

/** What models do to the text that they search for. */
const slips: Readonly<Record<string, (line: string) => string>> = {
  nothing: (found) => found,
  'line ends': (found) => (found.endsWith('\r') ? found.slice(0, -1) : `${found}\r`),
  'blanks at the ends': (found) => `${found.trimEnd()}  `,
  indentation: (found) => found.replace(/^\t+/, (tabs) => '  '.repeat(tabs.length)),
};

describe.each(Object.entries(slips))('an edit that differs from the file in %s', (_, slip) => {
  const words = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 3, maxLength: 20 });

  it('is applied to the lines that were meant, and changes no other', () => {
    fc.assert(
      fc.property(words, fc.nat(), fc.nat({ max: 3 }), (numbers, from, more) => {
        const lines = numbers.map((number, index) => `${'\t'.repeat(index % 3)}word${number};`);
        const start = from % lines.length;
        const end = Math.min(lines.length, start + 1 + more);
        const search = lines.slice(start, end).map(slip).join('\n');
        const replace = [...lines.slice(start, end).map(slip), slip('\tadded;')].join('\n');
        const outcome = applyEdit(lines.join('\n'), [{ search, replace }]);
        if (!('text' in outcome)) throw new Error(outcome.problem);
        const changed = outcome.text.split('\n');
        expect(changed.slice(0, start)).toEqual(lines.slice(0, start));
        expect(changed.slice(end + 1)).toEqual(lines.slice(end));
        expect(changed).toHaveLength(lines.length + 1);
      }),
    );
  });
});

describe('an edit', () => {
  it('is applied in one place or in none', () => {
    fc.assert(
      fc.property(text, text, text, (content, search, replace) => {
        const outcome = applyEdit(content, [{ search, replace }]);
        if ('problem' in outcome) return;
        // Without what was replaced, the rest is the beginning and the end of the file.
        const shared = countShared(content, outcome.text) + countShared(reverse(content), reverse(outcome.text));
        expect(shared).toBeGreaterThanOrEqual(content.length - search.length - 8 * search.split('\n').length);
      }),
      { numRuns: 2_000 },
    );
  });
});

function countShared(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

function reverse(content: string): string {
  return [...content].reverse().join('');
}

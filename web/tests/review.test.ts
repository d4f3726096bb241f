import { toUnifiedDiff } from '@vibecode/platform/files/unified.diff';
import * as fc from '@vibecode/platform/testing/property';
import { toPartChange, toTextWithHunks } from '../src/features/generation/review.parts.ts';
import {
  addSaved,
  choose,
  NOTHING_DROPPED,
  toDecision,
  toFileChoice,
} from '../src/features/generation/review.selection.ts';
import { toHunks } from '../src/features/version/hunks.ts';
import { toDiffLines } from '../src/features/version/unified.diff.ts';

const toDiff = (before: string, after: string) => toUnifiedDiff('a.txt', Buffer.from(before), Buffer.from(after));
const numbers = Array.from({ length: 30 }, (_, at) => `line ${at + 1}\n`);
const before = numbers.join('');
const after = before.replace('line 3\n', 'THREE\n').replace('line 15\n', '').replace('line 28\n', 'line 28\nnew\n');

describe('hunks', () => {
  it('are shown with the lines that they change', () => {
    const hunks = toHunks(toDiffLines(toDiff(before, after)));
    expect(hunks.map(({ index, from, to }) => [index, from, to])).toEqual([
      [0, 3, 3],
      [1, 15, 15],
      [2, 28, 28],
    ]);
  });

  it('are taken one by one', () => {
    const file = { before, after, diff: toDiff(before, after) };
    expect(toTextWithHunks(file, new Set([0]))).toBe(before.replace('line 3\n', 'THREE\n'));
    expect(toTextWithHunks(file, new Set([1, 2]))).toBe(after.replace('THREE\n', 'line 3\n'));
    expect(() => toTextWithHunks({ ...file, after: 'other' }, new Set([0]))).toThrow(
      'The diff is not that of the file.',
    );
  });

  it('are written once: a text that has them already is saved, and only another one has changed', () => {
    const file = { before, after, diff: toDiff(before, after) };
    const content = before.replace('line 3\n', 'THREE\n');
    const taken = new Set([0]);
    expect(toPartChange(file, taken, before)).toEqual({ kind: 'write', content });
    expect(toPartChange(file, taken, content)).toEqual({ kind: 'saved' });
    for (const present of [after, '', null, undefined])
      expect(toPartChange(file, taken, present)).toEqual({ kind: 'changed' });
    expect(toPartChange({ ...file, before: null }, taken, null)).toEqual({ kind: 'changed' });
  });

  it('lead from one text to the other, all taken, and change nothing with none taken, whatever the texts are', async () => {
    const line = fc.constantFrom('a', 'b', '', '- x', '+++ y', '@@ -1 +1 @@', 'c\r', '\\ No newline');
    const text = fc.tuple(fc.array(line, { maxLength: 40 }), fc.boolean()).map(([lines, ends]) => {
      const joined = lines.join('\n');
      return ends && lines.length > 0 ? `${joined}\n` : joined;
    });
    await fc.assert(
      fc.property(text, text, (one, other) => {
        const diff = toDiff(one, other);
        if (diff === '') return;
        const file = { before: one, after: other, diff };
        const count = toHunks(toDiffLines(diff)).length;
        expect(toTextWithHunks(file, new Set())).toBe(one);
        expect(toTextWithHunks(file, new Set(Array.from({ length: Math.max(1, count) }, (_, at) => at)))).toBe(other);
      }),
    );
  });
});

describe('what is chosen of changes that wait', () => {
  const one = { path: 'a.js', hunks: 3 };
  const other = { path: 'b.js', hunks: 1 };

  it('is all at first, and then what was not dropped', () => {
    expect(toDecision([one, other], NOTHING_DROPPED)).toEqual({ whole: ['a.js', 'b.js'], parts: [] });
    const some = choose(NOTHING_DROPPED, one, 1, false);
    expect([toFileChoice(some, one), toFileChoice(some, other)]).toEqual(['some', 'all']);
    expect(toDecision([one, other], some)).toEqual({
      whole: ['b.js'],
      parts: [{ path: 'a.js', taken: new Set([0, 2]) }],
    });
    const none = choose(choose(some, one, null, false), other, null, false);
    expect(toDecision([one, other], none)).toEqual({ whole: [], parts: [] });
    expect(toFileChoice(choose(none, one, null, true), one)).toBe('all');
  });

  it('keeps what was saved of it in one round when there is another', () => {
    const first = addSaved(null, { from: 3, version: 4, paths: ['a.js'] });
    expect(first).toEqual({ from: 3, version: 4, paths: ['a.js'] });
    expect(addSaved(first, { from: 6, version: 7, paths: ['b.js'] })).toEqual({
      from: 3,
      version: 7,
      paths: ['a.js', 'b.js'],
    });
  });
});

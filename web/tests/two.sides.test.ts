import * as fc from '@vibecode/platform/testing/property';
import { mergeTexts } from '../src/features/file/merge.texts.ts';
import { toAgentName } from '../src/features/settings/agent.name.ts';
import { toLineParts, toSplitRows } from '../src/features/version/split.rows.ts';
import type { DiffLine } from '../src/features/version/unified.diff.ts';

describe('mergeTexts', () => {
  const base = 'one\ntwo\nthree\nfour\nfive\n';

  it('puts changes of different lines together', () => {
    expect(mergeTexts(base, `mine\n${base}`, `${base}theirs\n`)).toBe(`mine\n${base}theirs\n`);
    expect(mergeTexts(base, base.replace('one', 'ONE'), base.replace('five\n', ''))).toBe('ONE\ntwo\nthree\nfour\n');
  });

  it('takes a change that both made once', () => {
    const both = base.replace('three', 'drei');
    expect(mergeTexts(base, both, both.replace('one', 'eins'))).toBe(both.replace('one', 'eins'));
  });

  it('refuses changes of the same line, and of lines next to each other', () => {
    expect(mergeTexts(base, base.replace('three', 'mine'), base.replace('three', 'theirs'))).toBeNull();
    expect(mergeTexts(base, base.replace('two', 'mine'), base.replace('three', 'theirs'))).toBeNull();
    expect(mergeTexts(base, `${base}mine\n`, `${base}theirs\n`)).toBeNull();
    expect(mergeTexts('', 'mine', 'theirs')).toBeNull();
  });

  it('is the changed text where only one side changed, in whichever order', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '', 'c'), { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(mergeTexts(before, after, before)).toBe(after);
        expect(mergeTexts(before, before, after)).toBe(after);
        expect(mergeTexts(before, after, after)).toBe(after);
      }),
    );
  });

  it('says the same whoever calls which side theirs', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 10 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, text, (before, one, other) => {
        expect(mergeTexts(before, one, other)).toBe(mergeTexts(before, other, one));
      }),
    );
  });
});

describe('toSplitRows', () => {
  const line = (kind: DiffLine['kind'], before: number | null, after: number | null, text = ''): DiffLine => ({
    kind,
    before,
    after,
    text,
  });

  it('sets what was removed across from what was added in its place', () => {
    const rows = toSplitRows([
      line('same', 1, 1),
      line('removed', 2, null, 'old two'),
      line('removed', 3, null, 'old three'),
      line('added', null, 2, 'new two'),
      line('gap', null, null),
      line('added', null, 9, 'nine'),
    ]);
    const numbers = rows.map((row) => row && [row.before?.number ?? null, row.after?.number ?? null]);
    expect(numbers).toEqual([[1, 1], [2, 2], [3, null], null, [null, 9]]);
  });

  it('marks what differs within a line', () => {
    const [before, after] = toLineParts("log('old');", "log('newer');");
    expect(before.filter(({ isChanged }) => isChanged).map(({ text }) => text)).toEqual(['old']);
    expect(after.filter(({ isChanged }) => isChanged).map(({ text }) => text)).toEqual(['newer']);
  });

  it('loses no character of either line', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const [before, after] = toLineParts(one, other);
        expect(before.map(({ text }) => text).join('')).toBe(one);
        expect(after.map(({ text }) => text).join('')).toBe(other);
      }),
    );
  });
});

describe('toAgentName', () => {
  it('says what people call a program', () => {
    const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0';
    const edge =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120';
    const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Safari/604.1';
    expect([firefox, edge, safari].map(toAgentName)).toEqual(['Firefox, Windows', 'Edge, Linux', 'Safari, iPhone']);
  });

  it('shows another program as it names itself, cut off', () => {
    expect(toAgentName('curl/8.5.0')).toBe('curl/8.5.0');
    expect(toAgentName('x'.repeat(500))).toHaveLength(61);
  });
});

import { assertLinear } from '@vibecode/platform/testing/growth';
import * as fc from '@vibecode/platform/testing/property';
import { mergeTexts } from '../src/file.merge.ts';

const anyText = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 }).map((lines) => lines.join('\n'));

describe('mergeTexts', () => {
  it.each([
    ['changes of different lines', '1\n2\n3\n', 'one\n2\n3\n', '1\n2\nthree\n', 'one\n2\nthree\n'],
    ['the same change', '1\n2\n', '1\ntwo\n', '1\ntwo\n', '1\ntwo\n'],
    ['two changes of a line', '1\n2\n', '1\ntwo\n', '1\nzwei\n', null],
    ['changes of adjacent lines', '1\n2\n', 'one\n2\n', '1\ntwo\n', null],
    ['two additions at the end', '1\n', '1\n2\n', '1\n3\n', null],
    ['a text without an end of line', '1\n2\n3', 'one\n2\n3', '1\n2\nthree', 'one\n2\nthree'],
  ])('%s', (_, base, mine, theirs, merged) => {
    expect(mergeTexts(base, mine, theirs)).toBe(merged);
    expect(mergeTexts(base, theirs, mine)).toBe(merged);
  });

  it('keeps a change of one side, and does not depend on the order of the sides', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (base, mine, theirs) => {
        expect(mergeTexts(base, mine, base)).toBe(mine);
        expect(mergeTexts(base, base, theirs)).toBe(theirs);
        expect(mergeTexts(base, mine, mine)).toBe(mine);
        expect(mergeTexts(base, mine, theirs)).toBe(mergeTexts(base, theirs, mine));
      }),
    );
  });

  it('takes time in proportion to the text', () => {
    const toBase = (size: number) => 'same\n'.repeat(size);
    assertLinear(toBase, (base) => mergeTexts(base, `first\n${base}`, `${base}last\n`), { largest: 128_000 });
  });
});

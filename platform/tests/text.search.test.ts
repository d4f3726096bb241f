import { assertLinear } from '../src/testing/growth.ts';
import * as fc from '../src/testing/property.ts';
import { indexOfText } from '../src/text.search.ts';

describe('indexOfText', () => {
  it('finds what the engine finds, for texts that repeat themselves', () => {
    const few = (characters: readonly string[], maxLength: number) =>
      fc.array(fc.constantFrom(...characters), { maxLength }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        few(['a', 'ab', 'aab'], 200),
        fc.nat(40),
        fc.nat(120),
        fc.nat(60),
        few(['a', 'b'], 3),
        (text, at, length, from, more) => {
          const search = 'a'.repeat(65) + text.slice(at, at + length) + more;
          const content = text + search.slice(0, -1) + search + text;
          expect(indexOfText(content, search, from)).toBe(content.indexOf(search, from));
          expect(indexOfText(text, search, from)).toBe(text.indexOf(search, from));
        },
      ),
    );
  });

  it.each([
    ['a long search text that fits nowhere', (size: number) => ['a'.repeat(size / 2), 'b', 'a'.repeat(size / 2)]],
    ['one that fails at its beginning', (size: number) => ['', 'b', 'a'.repeat(size)]],
    ['one that fails at its end', (size: number) => ['a'.repeat(size), 'b', '']],
    ['one of repeated parts', (size: number) => ['ab'.repeat(size / 4), 'bb', 'ab'.repeat(size / 4)]],
  ])('takes linear time for %s', (_, toSearch) => {
    assertLinear(
      (size) => ({ text: 'a'.repeat(2 * size), search: toSearch(size).join('') }),
      ({ text, search }) => indexOfText(text, search),
    );
  });
});

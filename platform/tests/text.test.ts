import { displayName, lengthOf, lineOf, paragraphsOf } from '@vibecode/platform/text';
import * as fc from '../src/testing/property.ts';

const anything = fc.string({
  unit: fc.oneof(fc.constantFrom('\u0000', '\n', '\u0085', '\ud800', ' ', '😀'), fc.string()),
});

describe('text', () => {
  it('takes only what comes back as it was stored', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 20 }), (value, most) => {
        for (const schema of [lineOf(most), paragraphsOf(most)]) {
          const { success, data } = schema.safeParse(value);
          if (!success) continue;
          expect(Buffer.from(data).toString()).toBe(data);
          expect(data).not.toContain('\u0000');
          expect(lengthOf(data)).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('counts characters as people do, and refuses lines that are none', () => {
    expect(displayName.safeParse('😀'.repeat(80)).success).toBe(true);
    for (const name of ['', ' ', '😀'.repeat(81), 'a\u0085b', 'a\nb'])
      expect(displayName.safeParse(name).success).toBe(false);
  });
});

import { isUuid } from '@vibecode/platform/id';
import * as fc from '@vibecode/platform/testing/property';
import { toLaterId } from '../src/later.id.ts';

const id = fc.uuid({ version: 7 });

describe('toLaterId', () => {
  it('is after the last id whatever the clocks say, and the new id where it can be', () => {
    fc.assert(
      fc.property(fc.option(id), id, (last, fresh) => {
        const later = toLaterId(last, fresh);
        expect(isUuid(later)).toBe(true);
        if (last === null || fresh > last) expect(later).toBe(fresh);
        else expect(later > last).toBe(true);
      }),
    );
  });

  it('grows over any run of clocks', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 30 }), (fresh) => {
        let last: string | null = null;
        for (const next of fresh) {
          const later = toLaterId(last, next);
          expect(last === null || later > last).toBe(true);
          last = later;
        }
      }),
    );
  });
});

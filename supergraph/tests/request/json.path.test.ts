import * as fc from '@vibecode/platform/testing/property';
import { compileJsonPath } from '../../src/request/json.path.ts';

describe('a path into JSON', () => {
  it('leads where it says', () => {
    const body = { a: { 'b c': [{ d: 1 }, { d: 2 }], 'e.f': null } };
    const read = (path: string) => compileJsonPath(path)(body);
    expect(read('$')).toBe(body);
    expect(read('.')).toBe(body);
    expect(read('$.a["b c"][1].d')).toBe(2);
    expect(read("$.a['b c'][-1]")).toEqual({ d: 2 });
    expect(read('$.a["b c"][*].d')).toEqual([1, 2]);
    expect(read('$.a["b c"].[0].d')).toBe(1);
    expect(read('$.a["e.f"]')).toBeNull();
    expect(read('$.*["b c"][0].d')).toEqual([1]);
    expect(read('$.nothing[*]')).toBeUndefined();
  });

  it.each(['operationName', '$..a', '$.a[?(@.b)]', '$.a[0:2]', '$.a[', '$a', '', '$.', '$.a..b'])(
    'refuses %s',
    (path) => {
      expect(() => compileJsonPath(path)).toThrow('expected a path of names and indexes');
    },
  );

  it('finds whatever JSON holds, and reads only what is its own', () => {
    const names = fc.string({ minLength: 1, unit: fc.constantFrom(...'ab_-.$ 0') });
    fc.assert(
      fc.property(fc.array(fc.oneof(names, fc.nat(3)), { maxLength: 6 }), fc.jsonValue(), (steps, leaf) => {
        const value = steps.reduceRight<unknown>((inner, step) => {
          if (typeof step === 'string') return { [step]: inner };
          return Array.from({ length: step + 1 }, (_, at) => (at === step ? inner : null));
        }, leaf);
        const path = `$${steps.map((step) => `[${JSON.stringify(step)}]`).join('')}`;
        expect(compileJsonPath(path)(value)).toBe(leaf);
      }),
    );
    expect(compileJsonPath('$.constructor')({})).toBeUndefined();
  });
});

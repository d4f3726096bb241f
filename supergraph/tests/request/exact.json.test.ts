import * as fc from '@vibecode/platform/testing/property';
import { ExactNumber, isExact, parseExactJson } from '../../src/request/exact.json.ts';

const LONG = [
  '9007199254740993',
  '-12345678901234567890',
  '0.1234567890123456789',
  '1e400',
  '1e-400',
  '1234567.12345678901',
];
const SHORT = ['0', '-0', '1', '-1.5', '1.50', '1e3', '1E+22', '9007199254740992', '0.1', '123456789012345.5', '1e100'];

describe('JSON with numbers that a double does not hold', () => {
  it.each(LONG)('keeps the digits of %s wherever it stands', (number) => {
    for (const text of [
      number,
      `[${number}]`,
      `{"a":${number}}`,
      `{"a": [1, ${number} ,{"b":\n${number}}],"__proto__":${number}}`,
      `[[],"${number}","\\\\",${number},"\\"",${number},"x\\\\\\"${number},"]`,
    ]) {
      expect(JSON.stringify(parseExactJson(text))).toBe(text.replace(/(?<=[[{,:])\s+|\s+(?=,)/g, ''));
    }
  });

  it.each(SHORT)('leaves %s to JSON.parse', (number) => {
    expect(isExact(number)).toBe(true);
    expect(parseExactJson(`{"a":[${number}]}`)).toEqual(JSON.parse(`{"a":[${number}]}`));
  });

  it('leaves texts as they are', () => {
    const texts = [
      '12345678901234567890',
      ' 12345678901234567890 ',
      ',12345678901234567890,',
      '1e400',
      '[1e400]',
      '\\',
    ];
    const json = JSON.stringify({ texts, text: texts.join('"') });
    expect(parseExactJson(json)).toEqual(JSON.parse(json));
  });

  it.each([
    '{12345678901234567890:1}',
    '{12345678901234567890 :1}',
    '[012345678901234567890]',
    '[12345678901234567890.]',
    '[.12345678901234567890]',
    '[+12345678901234567890]',
    '12345678901234567890 1',
    '"12345678901234567890',
    '[1 12345678901234567890]',
    '',
  ])('refuses what is not JSON: %s', (text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });

  it('says the nearest double', () => {
    const [value] = parseExactJson('[12345678901234567890]') as [ExactNumber];
    expect(value).toBeInstanceOf(ExactNumber);
    expect([value.toNumber(), String(value)]).toEqual([12345678901234567000, '12345678901234567890']);
  });

  it('takes and refuses what JSON.parse does, and keeps the value of every number', () => {
    const digits = fc.stringMatching(/^[0-9]{0,40}$/);
    const number = fc
      .tuple(
        fc.boolean(),
        fc.bigInt({ min: 0n, max: 10n ** 25n }),
        digits,
        fc.integer({ min: -500, max: 500 }),
        fc.nat(3),
      )
      .map(([isNegative, integer, fraction, exponent, form]) => {
        const tail = form === 0 ? '' : form === 1 ? `.${fraction || 0}` : `${fraction && `.${fraction}`}e${exponent}`;
        return `${isNegative ? '-' : ''}${integer}${tail}`;
      });
    const text = fc
      .oneof(
        fc.string(),
        number,
        number.map((each) => `,${each},"`),
      )
      .map((each) => JSON.stringify(each));
    const { json } = fc.letrec<{ json: string; value: string }>((tie) => ({
      json: fc.oneof({ maxDepth: 4 }, number, text, tie('value')),
      value: fc.oneof(
        fc.array(tie('json')).map((items) => `[${items.join(',')}]`),
        fc.array(fc.tuple(text, tie('json'))).map((pairs) => `{${pairs.map((pair) => pair.join(':')).join(',')}}`),
      ),
    }));
    const round = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
    fc.assert(
      fc.property(json, fc.nat(), fc.constantFrom('', '"', ',', '1', ':', '\\', '}'), (whole, at, added) => {
        const cut = at % (whole.length + 1);
        for (const candidate of [whole, whole.slice(0, cut) + added + whole.slice(cut)]) {
          let expected: unknown;
          try {
            expected = JSON.parse(candidate);
          } catch {
            expect(() => parseExactJson(candidate)).toThrow(SyntaxError);
            continue;
          }
          const written = JSON.stringify(parseExactJson(candidate));
          expect(round(JSON.parse(written))).toEqual(round(expected));
          const numbersOf = (each: string) => each.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? [];
          if (!/"([^"\\]|\\.)*"\s*:/.test(candidate))
            expect(numbersOf(written).map(toValue)).toEqual(numbersOf(candidate).map(toValue));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes time in proportion to the text', () => {
    const MANY = 200_000;
    const texts = [
      `[${'12345678901234567890,'.repeat(MANY)}1]`,
      '1'.repeat(8 * MANY),
      `"${'\\\\'.repeat(MANY)}\\"${'12345678901234567890'}"`,
      `["${'1e1001'.repeat(MANY)}"]`,
      `["${'e'.repeat(15)}1${'e1'.repeat(MANY)}"]`,
    ];
    for (const text of texts) {
      const startMs = process.cpuUsage().user / 1_000;
      parseExactJson(text);
      // Quadratic time would take minutes.
      expect(process.cpuUsage().user / 1_000 - startMs).toBeLessThan(5_000);
    }
  });
});

/** Sign, digits and power of ten, by arithmetic of integers. */
function toValue(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [integer = '', fraction = ''] = mantissa.split('.');
  let digits = BigInt(integer.replace('-', '') + fraction);
  let power = Number(exponent) - fraction.length;
  if (digits === 0n) return '0';
  while (digits % 10n === 0n) {
    digits /= 10n;
    power += 1;
  }
  return `${literal.startsWith('-') ? '-' : ''}${digits}e${power}`;
}

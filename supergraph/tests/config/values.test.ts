// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import * as fc from '@vibecode/platform/testing/property';
import { expandVariables } from '../../src/config/config.expansion.ts';
import { checkConfig } from '../../src/config/config.parse.ts';
import { editDistance, findNearestName } from '../../src/config/config.suggestion.ts';
import { parseByteSize, parseDuration, parseListenAddress } from '../../src/config/config.values.ts';

describe('values of a configuration', () => {
  it('reads durations', () => {
    expect(parseDuration('1hour 30s')).toBe(3_630_000);
    expect(parseDuration('250ms')).toBe(250);
    for (const wrong of ['', '5', 's', '5 parsecs', '-1s', '1s!']) expect(parseDuration(wrong)).toBeNull();
  });

  it('adds up whatever parts a duration has', () => {
    const part = fc.tuple(
      fc.nat(1_000),
      fc.constantFrom(['ms', 1], ['s', 1_000], ['min', 60_000], ['h', 3_600_000] as const),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const text = parts.map(([amount, [unit]]) => `${amount}${unit}`).join(' ');
        expect(parseDuration(text)).toBe(parts.reduce((sum, [amount, [, unitMs]]) => sum + amount * Number(unitMs), 0));
      }),
    );
  });

  it('reads sizes, decimal and binary', () => {
    expect(parseByteSize('800kb')).toBe(800_000);
    expect(parseByteSize('10MiB')).toBe(10_485_760);
    expect(parseByteSize('17')).toBe(17);
    expect(parseByteSize('17 potatoes')).toBeNull();
  });

  it('reads addresses', () => {
    expect(parseListenAddress('[::1]:4000')).toEqual({ host: '::1', port: 4000 });
    expect(parseListenAddress('0.0.0.0:0')).toEqual({ host: '0.0.0.0', port: 0 });
    expect(parseListenAddress('host:70000')).toBeNull();
    expect(parseListenAddress('host')).toBeNull();
  });

  it('leaves text without variables as it is, and gives variables their type', () => {
    const env = { N: '12', B: 'false', Z: '007', S: 'x' };
    const expand = (text: string) => expandVariables(text, { env, readFile: () => 'content\n' });
    expect(expand('${env.N}')).toBe(12);
    expect(expand('${env.B}')).toBe(false);
    expect(expand('${env.Z}')).toBe('007');
    expect(expand('a ${env.S} $$ ${env.NONE:-b:-c}')).toBe('a x $ b:-c');
    expect(expand('${file.f}')).toBe('content');
    expect(expand('12')).toBe('12');
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('$')),
        (text) => expect(expand(text)).toBe(text),
      ),
    );
  });

  it('measures edits', () => {
    expect(editDistance('listen', 'lsiten')).toBe(1);
    expect(findNearestName('max_dept', ['max_depth', 'max_height'])).toBe('max_depth');
    expect(findNearestName('zzz', ['max_depth'])).toBeNull();
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('discovery', () => {
  const check = (source: string) => checkConfig(`discovery: { subgraphs: { a: ${source} } }\n`).problems;

  it.each([
    '{ urls: [http://127.0.0.1:1/graphql] }',
    '{ dns: true }',
    '{ dns: { servers: [127.0.0.1, "127.0.0.1:53", "::1", "[::1]:53"], interval: 1s, srv: _a._tcp.b } }',
    '{ registry: true }',
    '{ registry: false }',
    '{ registry: { service: b, path: /c } }',
  ])('takes %s', (source) => {
    expect(check(source)).toEqual([]);
  });

  it.each([
    ['{}', 'expected one of urls, dns or registry'],
    ['{ dns: true, registry: true }', 'expected one of urls, dns or registry'],
    ['{ urls: [ftp://a] }', 'expected an http or https URL'],
    ['{ dns: yes please }', 'expected true or { srv, interval, servers }'],
    ['{ dns: { servers: [ns.example] } }', 'expected ADDRESS or ADDRESS:PORT, such as 127.0.0.1:8600 or [::1]:53'],
    ['{ dns: { interval: 1ms } }', 'expected 100ms or more'],
    ['{ registry: 1 }', 'expected true, false or { service, path }'],
  ])('refuses %s: %s', (source, message) => {
    expect(check(source)).toMatchObject([{ severity: 'error', message }]);
  });
});

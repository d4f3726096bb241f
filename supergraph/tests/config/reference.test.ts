import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkConfig } from '../../src/config/config.parse.ts';
import { parseKeyPath } from '../../src/config/config.paths.ts';
import { describeForeignKeys } from '../../src/config/config.reference.ts';
import { migratedKeys, obeyedKeys, refusedKeys, retiredKeys, warnedKeys } from './apollo.keys.ts';

const toLines = (text: string) => text.trim().split('\n');

/** The file that has this key alone. */
function toFile(line: string): string {
  const [[path, value] = ['', null]] = Object.entries(parse(line) as Record<string, unknown>);
  const nested = parseKeyPath(path).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  return JSON.stringify(nested);
}

const check = (line: string) => checkConfig(toFile(line), { env: {}, readFile: () => '' });
const severities = (line: string) =>
  check(line).problems.map(({ severity, path, message }) => `${severity} ${path} ${message}`);

describe("Apollo Router's keys", () => {
  it.each(toLines(obeyedKeys))('%s is obeyed', (line) => {
    expect(severities(line)).toEqual([]);
  });

  it.each(toLines(warnedKeys))('%s is taken with a warning', (line) => {
    const { config, problems } = check(line);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    expect(config).not.toBeNull();
  });

  it.each(toLines(refusedKeys))('%s is refused, since it protects something', (line) => {
    const { config, problems } = check(line);
    expect(config).toBeNull();
    expect(problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining('Apollo Router has this key') }),
    ]);
  });

  it.each(toLines(migratedKeys))('%s is an old spelling that loads', (line) => {
    const { config, problems } = check(line);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config).not.toBeNull();
  });

  it.each(toLines(retiredKeys))('%s is a key that Apollo Router has dropped, and loads', (line) => {
    expect(severities(line)).toEqual([expect.stringMatching(/^warning .*Apollo Router has dropped this key/)]);
  });
});

describe('docs/router-keys.md', () => {
  it('lists the keys that the gateway does not obey', () => {
    const text = readFileSync(new URL('../../../docs/router-keys.md', import.meta.url), 'utf8');
    expect(text.slice(text.indexOf('| Refused')).trim()).toBe(describeForeignKeys());
  });
});

import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@vibecode/platform/log';
import { runConfigCommand } from '../../src/config/config.command.ts';
import { checkConfig } from '../../src/config/config.parse.ts';
import { parseKeyPath } from '../../src/config/config.paths.ts';
import { upgradeConfig } from '../../src/config/config.upgrade.ts';
import { type LoadedConfig, loadConfig, startConfigWatch } from '../../src/config/config.watch.ts';
import { OLD_SPELLINGS } from '../../src/config/old.spellings.ts';

async function createFile(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'router-config-'));
  const path = join(folder, 'router-config.yaml');
  await writeFile(path, text);
  return { path, folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

async function run(...args: string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await runConfigCommand(args, {
    write: (line) => lines.push(line),
    writeError: (line) => errors.push(line),
  });
  return { code, output: lines.join('\n'), errors: errors.join('\n') };
}

describe('config command', () => {
  it('prints a JSON Schema that describes every section', async () => {
    const { code, output } = await run('schema');
    expect(code).toBe(0);
    const schema = JSON.parse(output);
    expect(schema.properties.limits.properties.router.properties.max_depth).toBeDefined();
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required ?? []).toEqual([]);
  });

  it('validates a file, each problem on a line of its own', async () => {
    await using file = await createFile('supergraph:\n  lisen: x\nlimits:\n  max_depth: 3\n');
    const { code, output } = await run('validate', file.path);
    expect(code).toBe(1);
    expect(output.split('\n')).toEqual([
      `${file.path}:2:3 error supergraph.lisen: unknown key 'lisen'; did you mean 'listen'?`,
      expect.stringMatching(/:4:14 warning limits\.max_depth: this is an old spelling; use limits\.router\.max_depth/),
    ]);
    await using good = await createFile('homepage: { enabled: false }\n');
    expect(await run('validate', good.path)).toMatchObject({ code: 0, output: `${good.path} is valid.` });
  });

  it('upgrades old spellings in place and keeps comments', async () => {
    await using file = await createFile(
      '# ours\ncors:\n  origins: # who\n    - https://a.example\n  allow_credentials: true\n',
    );
    expect((await run('upgrade', file.path, '--write')).code).toBe(0);
    const text = await readFile(file.path, 'utf8');
    expect(text).toContain('# ours');
    expect(checkConfig(text)).toMatchObject({
      problems: [],
      config: { cors: { policies: [{ origins: ['https://a.example'] }] } },
    });
    expect((await run('upgrade', file.path)).output).toBe(text.trimEnd());
  });

  it('says how it is used when asked for something else', async () => {
    for (const args of [[], ['validat', 'x'], ['schema', 'x'], ['validate', 'x', '--write']]) {
      expect(await run(...args)).toMatchObject({ code: 2, errors: expect.stringContaining('Usage:') });
    }
    expect(await run('validate', '/nowhere.yaml')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('ENOENT'),
    });
  });

  it.each(OLD_SPELLINGS.filter(({ to }) => to).map(({ from, to }) => [from, to!]))(
    'moves %s to %s, and only once',
    (from) => {
      const path = parseKeyPath(from.replaceAll('*', 'a'));
      const lines = path.map((name, depth) => `${' '.repeat(depth * 2)}${JSON.stringify(name)}:`);
      const { text, upgrades } = upgradeConfig(`${lines.join('\n')} 1\n`);
      expect(upgrades.length).toBeGreaterThan(0);
      expect(upgradeConfig(text).upgrades).toEqual([]);
    },
  );
});

describe('live reload', () => {
  it('takes over a good version, refuses a bad one and one that cannot be applied', async () => {
    await using file = await createFile('limits:\n  router: { max_depth: 1 }\n');
    const lines: string[] = [];
    let heard: () => unknown = () => null;
    const write = (line: string): void => {
      lines.push(line);
      heard();
    };
    const log = createLog({ service: 'test', destination: { write } });
    const logged = (text: string) =>
      new Promise<void>((resolve) => {
        heard = () => lines.some((line) => line.includes(text)) && resolve();
        heard();
      });
    const versions: LoadedConfig[] = [];
    const loaded = await loadConfig(file.path);
    using _watch = startConfigWatch({
      file: file.path,
      loaded,
      log,
      onChange(next) {
        if (next.config.limits.router.max_depth === 3) throw new Error('cannot be applied');
        versions.push(next);
      },
    });
    await writeFile(file.path, 'limits:\n  router: { max_depth: none }\n');
    await logged('config.refused');
    await writeFile(file.path, 'limits:\n  router: { max_depth: 3 }\n');
    await logged('could not be applied');
    await writeFile(`${file.path}.new`, 'limits:\n  router: { max_depth: 2 }\n');
    await rename(`${file.path}.new`, file.path);
    await logged('config.reloaded');
    expect(versions.map(({ config }) => config.limits.router.max_depth)).toEqual([2]);
  });
});

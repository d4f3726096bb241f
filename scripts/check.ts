// Runs all checks of a change that need no server, two steps at a time.
//   node scripts/check.ts       exits with 1 if a step fails, and prints its output
import { spawn } from 'node:child_process';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const JEST = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const steps: Step[] = [
  { name: 'fast tests', command: 'node', args: [...JEST, '--maxWorkers=1', '--silent'], env: { TEST_KIND: 'fast' } },
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  {
    name: 'boundaries: import rules',
    command: 'node',
    args: [
      '--import',
      './scripts/boundaries/typescript.api.mjs',
      'node_modules/.bin/depcruise',
      '--config',
      'scripts/boundaries/rules.mjs',
      ...['schema/events', 'platform/src', 'supergraph/src', 'subgraphs', 'web/src'],
    ],
  },
  { name: 'unused code and dependencies', command: 'knip', args: ['--no-progress'] },
  { name: 'schema: drift, and the agreed API', command: 'node', args: ['scripts/schema.ts', '--check'] },
  { name: 'linear regular expressions', command: 'node', args: ['scripts/regexps.ts', '--check'] },
  { name: 'web: operations, drift', command: 'graphql-codegen', args: ['--config', 'codegen.ts', '--check'] },
  { name: 'web: size of the first load', command: 'node', args: ['scripts/web-size.ts'] },
  { name: 'swallowed errors', command: 'node', args: ['scripts/catches.ts'] },
  { name: 'error catalogue: drift', command: 'node', args: ['scripts/errors.ts', '--check'] },
  { name: 'metrics of rules and dashboards', command: 'node', args: ['scripts/metrics.ts'] },
  { name: 'settings: drift', command: 'node', args: ['scripts/settings.ts', '--check'] },
];
for await (const file of glob('{scripts,tests,web,**/tsconfig.tests.json}', {
  cwd: root,
  exclude: (path) => path === 'node_modules',
})) {
  steps.push({ name: `types of ${file}`, command: 'tsc', args: ['-p', file] });
}

async function run({ name, command, args, env = {} }: Step): Promise<boolean> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n${code === 0 ? '' : `${output}\n`}`);
  return code === 0;
}

let failed = 0;
const waiting = steps[Symbol.iterator]();
await Promise.all(
  [1, 2].map(async () => {
    for (const step of waiting) if (!(await run(step))) failed++;
  }),
);
process.stdout.write(failed ? `${failed} of ${steps.length} checks failed\n` : `all ${steps.length} checks passed\n`);
process.exit(failed ? 1 : 0);

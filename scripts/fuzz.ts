// Runs the property tests with new seeds (`npm run fuzz`).
//   npm run fuzz                                     all property tests for five minutes
//   npm run fuzz -- --minutes 60 --only defer        the tests whose path contains `defer`, for an hour
//   npm run fuzz -- --seconds 60                     each property for a minute with each seed; default 5 seconds
// After a failure it prints the command that repeats it, and continues. It exits with 1 if anything failed.
// `platform/src/testing/property.ts` describes the seed.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const JEST = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
/** Calls that identify a property test. */
const DRAWS = /\bfc\.(?:assert|sample)\(/;
const IMPORT = /from '(\.[^']+\.ts)'/g;
/** Time limit of a test file. A test that exceeds it hangs, because its properties have limits of their own. */
const MAX_FILE_MS = 20 * 60_000;
const MAX_REASON_CHARACTERS = 6_000;

interface Options {
  readonly minutes: number;
  /** A regular expression for the paths of test files. */
  readonly only: string;
  /** Time for each property with each seed. */
  readonly seconds: number;
}

interface JestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Finds the unit tests that draw random values, directly or in a suite that they import. */
async function findPropertyTests(only: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob('{platform,supergraph,subgraphs/*}/tests/**/*.test.ts', { cwd: root })) {
    if (/\.(?:int|e2e)\.test\.ts$/.test(path) || !new RegExp(only).test(path)) continue;
    if (await draws(join(root, path), new Set())) found.push(path);
  }
  return found.sort();
}

async function draws(path: string, seen: Set<string>): Promise<boolean> {
  if (seen.has(path) || !existsSync(path)) return false;
  seen.add(path);
  const source = await readFile(path, 'utf8');
  if (DRAWS.test(source)) return true;
  for (const [, specifier = ''] of source.matchAll(IMPORT)) {
    const imported = resolve(dirname(path), specifier);
    if (imported.includes('/tests/') && (await draws(imported, seen))) return true;
  }
  return false;
}

/** Runs one file with one seed. @returns a message for each failed test */
async function runFile(path: string, seed: number, seconds: number): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const reportPath = join(directory, 'report.json');
  try {
    const child = spawn('node', [...JEST, path, '--runInBand', '--json', `--outputFile=${reportPath}`], {
      cwd: root,
      env: {
        ...process.env,
        TEST_KIND: 'fuzz',
        FUZZ_SEED: `${seed}`,
        FUZZ_SECONDS: `${seconds}`,
        PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
      },
      stdio: 'ignore',
      timeout: MAX_FILE_MS,
      killSignal: 'SIGKILL',
    });
    await new Promise((end) => child.once('close', end));
    if (!existsSync(reportPath)) return [`The test did not end within ${MAX_FILE_MS / 60_000} minutes, or crashed.`];
    return toFailures(JSON.parse(await readFile(reportPath, 'utf8')) as JestReport);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function toFailures({ testResults }: JestReport): string[] {
  return testResults.flatMap(({ assertionResults, message }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && assertionResults.length === 0 && message) return [message];
    return failed.map(({ fullName, failureMessages }) => `${fullName}\n${failureMessages.join('\n')}`);
  });
}

async function fuzz({ minutes, only, seconds }: Options): Promise<number> {
  const files = await findPropertyTests(only);
  if (files.length === 0) throw new Error(`No property test's path matches ${only}.`);
  say(`${files.length} files with property tests, ${seconds} s for each property, ${minutes} min in total`);
  const endMs = Date.now() + minutes * 60_000;
  const failures = new Map<string, number[]>();
  let [seeds, runs] = [0, 0];
  while (Date.now() < endMs) {
    const seed = randomInt(2 ** 31);
    seeds += 1;
    for (const path of files) {
      if (Date.now() >= endMs) break;
      runs += 1;
      const found = await runFile(path, seed, seconds);
      say(`${found.length ? 'FAIL' : 'ok  '} seed ${seed} ${path}`);
      for (const reason of found) say(`${reason.slice(0, MAX_REASON_CHARACTERS)}\n`);
      if (found.length) failures.set(path, [...(failures.get(path) ?? []), seed]);
    }
  }
  say(`${runs} runs of ${files.length} files, ${seeds} seeds`);
  for (const [path, failed] of failures) {
    for (const seed of failed) say(`FAIL FUZZ_SEED=${seed} FUZZ_SECONDS=${seconds} npm test -- ${path}`);
  }
  say(failures.size ? `${failures.size} files have failed` : 'no test has failed');
  return failures.size ? 1 : 0;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      seconds: { type: 'string', default: '5' },
    },
  });
  return {
    minutes: toPositive(values.minutes, 'minutes'),
    only: values.only,
    seconds: toPositive(values.seconds, 'seconds'),
  };
}

function toPositive(text: string, name: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} is '${text}'; expected a number above zero.`);
}

process.exit(await fuzz(readOptions()));

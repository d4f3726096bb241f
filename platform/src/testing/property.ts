/**
 * fast-check for every test of the repository: `import * as fc from '@vibecode/platform/testing/property'`. A test runs the
 * same inputs on each machine and each day: one seed, a fixed number of runs, no time limit. Environment variables change
 * that, for `npm run fuzz` and for repeating a failure:
 *
 * - `FUZZ_SEED` (an integer) replaces the fixed seed.
 * - `FUZZ_SECONDS` runs each property for this time instead of its number of runs.
 * - `FUZZ_RUN` (counted from 0) repeats only this run of each property.
 */
import * as fastCheck from 'fast-check';

export * from 'fast-check';

const DEFAULT_SEED = 2026;
const DEFAULT_RUNS = 100;
/** Time limit of shrinking a failure. Then the smallest input so far is reported. */
const SHRINK_MS = 20_000;
const MAX_COUNTEREXAMPLE_CHARACTERS = 2_000;

/** The choice of inputs. */
export interface Draw {
  readonly seed: number;
  /** Time for each property, with as many runs as fit. Default: the property's own number of runs. */
  readonly seconds?: number | undefined;
  /** The only run to repeat, counted from 0. */
  readonly run?: number | undefined;
  /** Whether the seed was chosen by `FUZZ_SEED`. Then regressions are not checked. */
  readonly isChosen?: boolean;
}

const draw = readDraw(process.env);

/** Timeout for long property tests, with enough time for shrinking a failure. */
export const PROPERTY_TIMEOUT_MS = 180_000 + (draw.seconds ?? 0) * 1_000;

/** One run of one seed. */
interface Regression {
  readonly seed: number;
  /** Counted from 0. */
  readonly run: number;
}

interface PropertyParameters<T> {
  /** Default 100. */
  readonly numRuns?: number;
  /** Inputs that are checked before the random ones. */
  readonly examples?: T[];
  /** Runs that failed once and are always checked. Prefer `examples` if the input can be written down: it survives changes of the generator. */
  readonly regressions?: readonly Regression[];
  /** Reports a failure without shrinking it. Default false. */
  readonly endOnFailure?: boolean;
  /**
   * Asserts, after all runs have passed, that the inputs covered the intended cases. Not called after fewer runs than `numRuns`:
   * when one run is repeated, or the time was too short.
   */
  readonly covers?: () => void;
}

type Details<T> = fastCheck.RunDetails<T>;

export interface Assert {
  /**
   * Checks a property.
   * @throws Error with the command for repeating the failure, and the property's own error as its cause
   */
  <T>(property: fastCheck.IAsyncProperty<T>, parameters?: PropertyParameters<T>): Promise<void>;
  <T>(property: fastCheck.IProperty<T>, parameters?: PropertyParameters<T>): void;
}

export const assert: Assert = createAssert(draw);

/** Draws values with the current seed. */
export function sample<T>(arbitrary: fastCheck.Arbitrary<T>, numRuns: number): T[] {
  return fastCheck.sample(arbitrary, { seed: draw.seed, numRuns });
}

export function createAssert(drawn: Draw): Assert {
  const assertDrawn = <T>(property: fastCheck.IRawProperty<T>, parameters: PropertyParameters<T> = {}) => {
    const steps = checkAll(property, parameters, drawn);
    if (property.isAsync()) return awaitAll(steps);
    let { done, value } = steps.next();
    while (!done) ({ done, value } = steps.next(value as Details<T>));
  };
  return assertDrawn as Assert;
}

async function awaitAll<T>(steps: Generator<Details<T> | Promise<Details<T>>, void, Details<T>>): Promise<void> {
  let { done, value } = steps.next();
  while (!done) ({ done, value } = steps.next((await value) as Details<T>));
}

function* checkAll<T>(
  property: fastCheck.IRawProperty<T>,
  { numRuns = DEFAULT_RUNS, examples = [], regressions = [], endOnFailure = false, covers }: PropertyParameters<T>,
  { seed, seconds, run, isChosen }: Draw,
): Generator<Details<T> | Promise<Details<T>>, void, Details<T>> {
  const checks: fastCheck.Parameters<T>[] = isChosen ? [] : regressions.map(toSingleRun);
  if (run !== undefined) checks.push(toSingleRun({ seed, run }));
  else if (seconds === undefined) checks.push({ seed, numRuns, examples });
  else checks.push({ seed, examples, numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: seconds * 1_000 });
  let runs = 0;
  for (const check of checks) {
    const found = yield fastCheck.check(property, { ...check, endOnFailure: true });
    runs += found.numRuns;
    const path = found.counterexamplePath;
    // The time was too short for one run.
    const isUnfinished = found.interrupted && path === null;
    if (!found.failed || isUnfinished) continue;
    if (endOnFailure || path === null) throw toFailure(found, found);
    const smaller = yield fastCheck.check(property, { ...check, path, interruptAfterTimeLimit: SHRINK_MS });
    throw toFailure(found, smaller.counterexample ? smaller : found);
  }
  if (runs >= numRuns) covers?.();
}

function toSingleRun({ seed, run }: Regression): { seed: number; path: string; numRuns: number } {
  return { seed, path: `${run}`, numRuns: 1 };
}

/** @param reported the same failure after shrinking */
function toFailure<T>(found: Details<T>, reported: Details<T>): Error {
  const { errorInstance: cause, counterexample } = reported;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const input = fastCheck.stringify(counterexample).slice(0, MAX_COUNTEREXAMPLE_CHARACTERS);
  const failedRun = found.counterexamplePath?.split(':')[0] ?? '0';
  return new Error(`Repeat it by: ${toCommand(found.seed, failedRun)}\n${reason}\nInput: ${input}`, { cause });
}

function toCommand(seed: number, run: string): string {
  const { expect } = globalThis as { expect?: { getState(): { testPath?: string; currentTestName?: string } } };
  const { testPath = '', currentTestName = '' } = expect?.getState() ?? {};
  const path = testPath.slice(process.cwd().length + 1);
  return `FUZZ_SEED=${seed} FUZZ_RUN=${run} npm test -- ${path} -t ${JSON.stringify(toPattern(currentTestName))}`;
}

/** Converts a test's name to a regular expression that finds it and is safe in a shell. */
function toPattern(name: string): string {
  return name.replaceAll(/[^\w ,;:@-]/g, '.');
}

function readDraw({ FUZZ_SEED, FUZZ_SECONDS, FUZZ_RUN }: NodeJS.ProcessEnv): Draw {
  return {
    seed: readInteger('FUZZ_SEED', FUZZ_SEED, -(2 ** 31)) ?? DEFAULT_SEED,
    seconds: readInteger('FUZZ_SECONDS', FUZZ_SECONDS, 1),
    run: readInteger('FUZZ_RUN', FUZZ_RUN, 0),
    isChosen: FUZZ_SEED !== undefined,
  };
}

function readInteger(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && text.trim() !== '') return value;
  throw new Error(`${name} is '${text}'; expected an integer of at least ${least}.`);
}

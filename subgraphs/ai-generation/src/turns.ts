import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work in one piece, after which requests and streams of others get their turn. */
const MOST_MS = 12;

/** The result of steps that take a few milliseconds each at most, done in turns with others. */
export async function doInTurns<T>(steps: Generator<void, T>): Promise<T> {
  let since = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < MOST_MS) continue;
    await nextTurn();
    since = performance.now();
  }
}

/** The result of steps that are done at once. */
export function doAtOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

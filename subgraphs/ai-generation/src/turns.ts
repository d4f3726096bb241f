import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work in one piece, after which requests and streams of others get their turn. */
const MOST_MS = 12;

/** For work that could keep the process from everything else. */
class Turns {
  #since = performance.now();

  /** Call it between pieces of the work that take a few milliseconds at most. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < MOST_MS) return;
    await nextTurn();
    this.#since = performance.now();
  }
}

/** The result of steps that are done in turns with others. */
export async function doInTurns<T>(steps: Generator<void, T>): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await turns.next();
  }
}

/** The result of steps that are done at once. */
export function doAtOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

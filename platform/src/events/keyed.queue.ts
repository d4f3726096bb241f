/**
 * Runs tasks of one key in order, and tasks of different keys concurrently up to a limit.
 * A task that rejects does not stop the following ones. Its caller handles the rejection.
 */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param concurrency maximum of concurrent tasks */
  constructor(readonly concurrency: number) {}

  /** Runs a task after every earlier task of the same key has ended. Resolves or rejects as the task does. */
  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(() => this.#withSlot(task));
    // The caller gets the failure by `result`; the next task of the key runs all the same.
    const tail = result.then(ignore, ignore).then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    this.#tails.set(key, tail);
    return result;
  }

  /** Resolves when all tasks so far have ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  async #withSlot<T>(task: () => Promise<T>): Promise<T> {
    // The slot passes directly to the task that has waited longest.
    if (this.#running < this.concurrency) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

function ignore(): void {}

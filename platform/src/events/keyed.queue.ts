/**
 * Runs tasks in order for each key, and tasks of different keys side by side up to a limit.
 * A task that rejects does not stop those behind it; its caller decides what that means.
 */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param concurrency most tasks at once */
  constructor(readonly concurrency: number) {}

  /** Resolves or rejects as the task does, once every earlier task of the same key has ended. */
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

  /** Resolves when nothing that was given so far is still running. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  async #withSlot<T>(task: () => Promise<T>): Promise<T> {
    // A slot is handed over rather than freed, so that whoever waited longest goes first.
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

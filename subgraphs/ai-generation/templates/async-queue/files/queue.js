/** Runs jobs in the order they come, at most `concurrency` at once. */
export class JobQueue {
  #waiting = [];
  #running = 0;

  constructor({ concurrency }) {
    this.concurrency = concurrency;
  }

  get running() {
    return this.#running;
  }

  /** Resolves with what the job resolves with. */
  add(job) {
    const { promise, resolve, reject } = Promise.withResolvers();
    this.#waiting.push(() => Promise.resolve().then(job).then(resolve, reject));
    this.#startNext();
    return promise;
  }

  #startNext() {
    while (this.#running < this.concurrency && this.#waiting.length > 0) {
      this.#running += 1;
      const start = this.#waiting.shift();
      start().finally(() => {
        this.#running -= 1;
        this.#startNext();
      });
    }
  }
}

import type { CreateInterpreter, Interpreter } from './interpreter.ts';

export interface WarmPoolOptions {
  readonly create: CreateInterpreter;
  /** Number of interpreters that are kept ready once the pool is in use. */
  readonly warm: number;
  /** Most interpreters that are loading, ready or running at the same time. Further calls of `take` wait. */
  readonly alive: number;
  /** Time without use after which ready interpreters are removed, to free their memory; null keeps them. */
  readonly idleMs: number | null;
}

/** A pool of interpreters that are loaded in advance. Each is used once; after its end, another one is loaded. */
export class WarmPool implements AsyncDisposable {
  readonly #options: WarmPoolOptions;
  readonly #ready: Interpreter[] = [];
  readonly #alive = new Set<Interpreter>();
  readonly #waiting: PromiseWithResolvers<Interpreter>[] = [];
  readonly #warming = new Set<Promise<void>>();
  #idleTimer: NodeJS.Timeout | undefined;
  #idle = true;
  #disposed = false;

  constructor(options: WarmPoolOptions) {
    this.#options = options;
  }

  /** Starts filling the pool. */
  warm(): void {
    this.#idle = false;
    clearTimeout(this.#idleTimer);
    const { idleMs } = this.#options;
    if (idleMs !== null) this.#idleTimer = setTimeout(() => this.#discardReady(), idleMs).unref();
    this.#fill();
  }

  /**
   * @param signal ends the wait
   * @throws the error of `create`, or the signal's reason
   */
  async take(signal: AbortSignal): Promise<Interpreter> {
    signal.throwIfAborted();
    const ready = this.#ready.shift();
    if (ready) {
      this.warm();
      return ready;
    }
    const turn = Promise.withResolvers<Interpreter>();
    const giveUp = () => {
      const position = this.#waiting.indexOf(turn);
      if (position >= 0) this.#waiting.splice(position, 1);
      turn.reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.push(turn);
    this.warm();
    try {
      return await turn.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  #fill(): void {
    while (
      !this.#disposed &&
      this.#alive.size + this.#warming.size < this.#options.alive &&
      this.#ready.length + this.#warming.size < this.#waiting.length + (this.#idle ? 0 : this.#options.warm)
    ) {
      const warming: Promise<void> = this.#create().finally(() => {
        this.#warming.delete(warming);
      });
      this.#warming.add(warming);
    }
  }

  async #create(): Promise<void> {
    try {
      const interpreter = await this.#options.create();
      this.#alive.add(interpreter);
      void interpreter.ended.then(() => this.#forget(interpreter));
      if (this.#disposed) return await interpreter.kill();
      const next = this.#waiting.shift();
      if (next) next.resolve(interpreter);
      else this.#ready.push(interpreter);
    } catch (error) {
      // The call that has waited longest is rejected. The others wait for later attempts.
      this.#waiting.shift()?.reject(error);
    }
  }

  #forget(interpreter: Interpreter): void {
    this.#alive.delete(interpreter);
    const position = this.#ready.indexOf(interpreter);
    if (position >= 0) this.#ready.splice(position, 1);
    this.#fill();
  }

  #discardReady(): void {
    this.#idle = true;
    for (const interpreter of this.#ready.splice(0)) void interpreter.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#idleTimer);
    for (const turn of this.#waiting.splice(0)) turn.reject(new Error('The sandbox is shutting down.'));
    await Promise.all(this.#warming);
    await Promise.all([...this.#alive].map((interpreter) => interpreter.kill()));
  }
}

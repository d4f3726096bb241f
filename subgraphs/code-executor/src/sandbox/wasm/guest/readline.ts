import { EventEmitter } from './events.ts';
import { started } from './process.ts';

export interface InterfaceOptions {
  input?: unknown;
  output?: { write(text: string): unknown };
  prompt?: string;
}

/** Lines of the standard input. Source: https://nodejs.org/api/readline.html */
export class Interface extends EventEmitter {
  #lines: string[];
  #prompt: string;
  #output: InterfaceOptions['output'];
  #questions: ((line: string) => unknown)[] = [];
  #closed = false;
  #scheduled = false;

  constructor({ output, prompt = '> ' }: InterfaceOptions = {}) {
    super();
    this.#lines = started.stdin.split(/\r?\n/);
    if (this.#lines.at(-1) === '') this.#lines.pop();
    this.#output = output;
    this.#prompt = prompt;
    this.#schedule();
  }

  override on(event: string, listener: (...values: unknown[]) => unknown): this {
    super.on(event, listener);
    this.#schedule();
    return this;
  }

  question(query: string, ...rest: unknown[]): void {
    this.#output?.write(query);
    this.#questions.push(rest.at(-1) as (line: string) => unknown);
    this.#schedule();
  }

  setPrompt(prompt: string): void {
    this.#prompt = prompt;
  }

  prompt(): void {
    this.#output?.write(this.#prompt);
  }

  write(): void {}

  pause(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    while (!this.#closed && this.#lines.length > 0) yield this.#lines.shift()!;
    this.close();
  }

  /** Delivers one line per turn to a question or a listener. Without one, lines wait. The end of the input closes the interface. */
  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      if (this.#closed) return;
      const isWanted = this.#questions.length > 0 || this.listenerCount('line') > 0;
      if (this.#lines.length === 0) {
        if (isWanted || this.listenerCount('close') > 0) this.close();
        return;
      }
      if (!isWanted) return;
      const line = this.#lines.shift()!;
      const answer = this.#questions.shift();
      if (answer) __watchPromise(answer(line));
      else this.emit('line', line);
      this.#schedule();
    }, 0);
  }
}

export function createInterface(options: InterfaceOptions = {}): Interface {
  return new Interface(options);
}

export class PromisesInterface extends Interface {
  override question(query: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.once('close', () =>
        reject(Object.assign(new Error('readline was closed'), { code: 'ERR_USE_AFTER_CLOSE' })),
      );
      super.question(query, resolve);
    });
  }
}

export function createPromisesInterface(options: InterfaceOptions = {}): PromisesInterface {
  return new PromisesInterface(options);
}

export const promises = { createInterface: createPromisesInterface, Interface: PromisesInterface };

export const clearLine = (): boolean => true;
export const cursorTo = (): boolean => true;
export const moveCursor = (): boolean => true;
export const emitKeypressEvents = (): void => undefined;

export default { createInterface, Interface, promises, clearLine, cursorTo, moveCursor, emitKeypressEvents };

import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeadLetter, toDeadLetterTopic } from './bus.ts';
import type { DeadLetters } from './dead-letters.ts';
import { KeyedQueue } from './keyed.queue.ts';

/** `<topic>.<group>.dlq` and what each of its files ends in. */
const [LETTERS, ASKED, RETURNING] = ['.jsonl', '.replay', '.returning.jsonl'];

/** Events hold what users wrote. */
const PRIVATE = 0o600;

/**
 * Dead letters of a bus within one process: a file `<topic>.<group>.dlq.jsonl` for each topic and group, one `DeadLetter` a
 * line. Only the bus changes these files. Others leave a file `<topic>.<group>.dlq.replay`, which the bus finds while it
 * runs, or when it runs again.
 */
export class LocalDeadLetters implements DeadLetters {
  /** One change at a time of each file. */
  readonly #changes = new KeyedQueue(1);

  constructor(readonly directory: string) {}

  async list(): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (const file of await this.#files(LETTERS)) letters.push(...(await this.#read(file)));
    return letters;
  }

  async replay(topic: string, group: string): Promise<number> {
    const name = toDeadLetterTopic(topic, group);
    const letters = await this.#read(`${name}${LETTERS}`);
    if (letters.length > 0)
      await writeFile(join(this.directory, `${name}${ASKED}`), '', { flush: true, mode: PRIVATE });
    return letters.length;
  }

  /** For the bus: durable when it resolves. */
  async keep(letter: DeadLetter): Promise<void> {
    const name = toDeadLetterTopic(letter.topic, letter.group);
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await this.#changes.run(name, () =>
      appendFile(join(this.directory, `${name}${LETTERS}`), `${JSON.stringify(letter)}\n`, {
        flush: true,
        mode: PRIVATE,
      }),
    );
  }

  /**
   * For the bus: hands over the letters that were asked back, once they have been handled. A crash in between hands them
   * over again.
   */
  async giveBack(deliver: (letters: readonly DeadLetter[]) => Promise<void>): Promise<void> {
    const asked = (await this.#files(ASKED)).map((file) => file.slice(0, -ASKED!.length));
    for (const name of asked) await this.#changes.run(name, () => this.#take(name));
    for (const file of await this.#files(RETURNING)) {
      await deliver(await this.#read(file));
      await rm(join(this.directory, file));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #take(name: string): Promise<void> {
    const path = join(this.directory, name);
    // What a crash left returning goes first; this is taken when it is gone.
    if ((await this.#files(RETURNING)).includes(`${name}${RETURNING}`)) return;
    await rename(`${path}${LETTERS}`, `${path}${RETURNING}`).catch(ignoreMissing);
    await rm(`${path}${ASKED}`);
  }

  async #files(ending: string | undefined): Promise<string[]> {
    const files = await readdir(this.directory).catch(ignoreMissing);
    return (files ?? []).filter((file) => file.endsWith(`.dlq${ending}`)).sort();
  }

  async #read(file: string): Promise<DeadLetter[]> {
    const text = (await readFile(join(this.directory, file), 'utf8').catch(ignoreMissing)) ?? '';
    // A line that a crash cut off has no end.
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as DeadLetter);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

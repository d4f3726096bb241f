import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeadLetter, toDeadLetterTopic } from './bus.ts';
import type { DeadLetters } from './dead-letters.ts';
import { KeyedQueue } from './keyed.queue.ts';

/** Endings of the files of `<topic>.<group>.dlq`. */
const [LETTERS, REQUESTED, RETURNING] = ['.jsonl', '.replay', '.returning.jsonl'];

/** Events contain users' content, so that only the owner may read the files. */
const PRIVATE = 0o600;

/**
 * Dead letters of a bus within one process. Each topic and group has a file `<topic>.<group>.dlq.jsonl` with one `DeadLetter` per
 * line. Only the bus changes these files. To request a replay, other processes create a file `<topic>.<group>.dlq.replay`, which
 * the bus finds while it runs, or at its next start.
 */
export class LocalDeadLetters implements DeadLetters {
  /** Serializes the changes of each file. */
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
      await writeFile(join(this.directory, `${name}${REQUESTED}`), '', { flush: true, mode: PRIVATE });
    return letters.length;
  }

  /** Stores a letter durably. Called by the bus. */
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
   * Delivers the letters whose replay was requested, and removes them after that. Called by the bus. After a crash in between,
   * they are delivered again.
   */
  async giveBack(deliver: (letters: readonly DeadLetter[]) => Promise<void>): Promise<void> {
    const requested = (await this.#files(REQUESTED)).map((file) => file.slice(0, -REQUESTED!.length));
    for (const name of requested) await this.#changes.run(name, () => this.#take(name));
    for (const file of await this.#files(RETURNING)) {
      await deliver(await this.#read(file));
      await rm(join(this.directory, file));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #take(name: string): Promise<void> {
    const path = join(this.directory, name);
    // An interrupted replay is finished first. This request is taken after that.
    if ((await this.#files(RETURNING)).includes(`${name}${RETURNING}`)) return;
    await rename(`${path}${LETTERS}`, `${path}${RETURNING}`).catch(ignoreMissing);
    await rm(`${path}${REQUESTED}`);
  }

  async #files(ending: string | undefined): Promise<string[]> {
    const files = await readdir(this.directory).catch(ignoreMissing);
    return (files ?? []).filter((file) => file.endsWith(`.dlq${ending}`)).sort();
  }

  async #read(file: string): Promise<DeadLetter[]> {
    const text = (await readFile(join(this.directory, file), 'utf8').catch(ignoreMissing)) ?? '';
    // A crash may have left an incomplete last line.
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as DeadLetter);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

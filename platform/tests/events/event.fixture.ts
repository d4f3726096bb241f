import { randomUUID } from 'node:crypto';
import { createEvent } from '../../src/events/event.ts';
import { createLog } from '../../src/log.ts';

export const silent = createLog({ service: 'test', level: 'silent' });

/** A log whose lines a test can wait for. */
export function collectLog() {
  const lines = new Collector<Record<string, unknown>>();
  return { log: createLog({ service: 'test', destination: { write: (line) => lines.add(JSON.parse(line)) } }), lines };
}

/** A valid `user.registered` event. `key` is what orders it, `name` what tells it apart. */
export function createUserRegistered({ key = randomUUID(), name = 'Ann' }: { key?: string; name?: string } = {}) {
  return createEvent('user.registered', {
    source: 'auth',
    subject: key,
    key,
    data: { userId: randomUUID(), email: 'ann@example.com', displayName: name },
  });
}

/** Collects values and lets a test wait until there are enough of them. */
export class Collector<T> {
  readonly values: T[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  add(...values: T[]): void {
    this.values.push(...values);
    for (const { count, resolve } of this.#waiting) if (this.values.length >= count) resolve();
  }

  async reached(count: number): Promise<T[]> {
    if (this.values.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    }
    return this.values;
  }
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetter } from '../../src/events/bus.ts';
import { createLocalBus } from '../../src/events/local.bus.ts';
import { LocalDeadLetters } from '../../src/events/local.dead-letters.ts';
import { contractRetry, describeEventBus } from './bus.contract.ts';
import { type DeadLetterHome, describeDeadLetters } from './dead-letters.contract.ts';
import { Collector, createUserRegistered, silent } from './event.fixture.ts';

async function startLocalHome(): Promise<DeadLetterHome> {
  const directory = await mkdtemp(join(tmpdir(), 'vibecode-bus-'));
  return {
    open: () =>
      createLocalBus({ log: silent, deadLetterDirectory: directory, retry: contractRetry, lookIntervalMs: 20 }),
    openDeadLetters: async () => new LocalDeadLetters(directory),
    async deadLetters(topic, group) {
      const lines = (await readFile(join(directory, `${topic}.${group}.dlq.jsonl`), 'utf8')).trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as DeadLetter);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

describeEventBus('in process', startLocalHome);
describeDeadLetters('files', startLocalHome);

it('gives dead letters back at the next start that were asked for while nothing ran', async () => {
  await using home = await startLocalHome();
  const event = createUserRegistered();
  {
    await using bus = home.open();
    await using _ = await bus.subscribe('billing', ['user.registered'], async () => {
      throw new Error('no plan');
    });
    await bus.publish([event]);
  }
  await using letters = await home.openDeadLetters();
  expect(await letters.replay('user.registered', 'billing')).toBe(1);
  await using bus = home.open();
  const handled = new Collector<string>();
  await using _ = await bus.subscribe('billing', ['user.registered'], async ({ id }) => handled.add(id));
  expect(await handled.reached(1)).toEqual([event.id]);
});

describe('createLocalBus', () => {
  it('resolves publish only when every group has handled the event', async () => {
    await using bus = createLocalBus({ log: silent });
    const gate = Promise.withResolvers<void>();
    const done: string[] = [];
    await using _fast = await bus.subscribe('billing', ['user.registered'], async () => void done.push('billing'));
    await using _slow = await bus.subscribe('notification', ['user.registered'], async () => {
      await gate.promise;
      done.push('notification');
    });
    const published = bus.publish([createUserRegistered()]).then(() => done.push('published'));
    gate.resolve();
    await published;
    expect(done).toEqual(['billing', 'notification', 'published']);
  });

  it('does not give up on an event because the disk is full', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vibecode-bus-'));
    await using bus = createLocalBus({ log: silent, deadLetterDirectory: directory, retry: contractRetry });
    let full = true;
    await using _ = await bus.subscribe('billing', ['user.registered'], async () => {
      if (full) throw Object.assign(new Error('could not extend file'), { code: '53100' });
    });
    const event = createUserRegistered();
    await expect(bus.publish([event])).rejects.toThrow('publish them again');
    full = false;
    await bus.publish([event]);
    expect(await new LocalDeadLetters(directory).list()).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it('delivers nothing before it is ready, so that a group which subscribes late misses nothing', async () => {
    const ready = Promise.withResolvers<void>();
    await using bus = createLocalBus({ log: silent, ready: ready.promise });
    const event = createUserRegistered();
    const published = bus.publish([event]);
    const handled = new Collector<string>();
    await using _ = await bus.subscribe('billing', ['user.registered'], async ({ id }) => handled.add(id));
    expect(handled.values).toEqual([]);
    ready.resolve();
    await published;
    expect(handled.values).toEqual([event.id]);
  });

  it('lets go of who waits when it will never be ready', async () => {
    const ready = Promise.withResolvers<void>();
    await using bus = createLocalBus({ log: silent, ready: ready.promise });
    const published = bus.publish([createUserRegistered()]);
    ready.reject(new Error('a service did not start'));
    await expect(published).rejects.toThrow('a service did not start');
  });

  it('keeps events of a group that has left from counting as published', async () => {
    await using bus = createLocalBus({ log: silent });
    const subscription = await bus.subscribe('billing', ['user.registered'], async () => {});
    await subscription[Symbol.asyncDispose]();
    await expect(bus.publish([createUserRegistered()])).rejects.toThrow('publish them again');
  });

  it('refuses a second member of a group for the same topic', async () => {
    await using bus = createLocalBus({ log: silent });
    await using _ = await bus.subscribe('billing', ['user.registered'], async () => {});
    await expect(bus.subscribe('billing', ['user.registered'], async () => {})).rejects.toThrow('already');
  });
});

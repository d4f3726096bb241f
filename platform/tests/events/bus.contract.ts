import type { DeadLetter, EventBus, RetryOptions } from '../../src/events/bus.ts';
import * as fc from '../../src/testing/property.ts';
import { Collector, createUserRegistered } from './event.fixture.ts';

/** One place where events live; buses that are opened on it one after another are restarts of the same system. */
export interface BusHome extends AsyncDisposable {
  open(): EventBus;
  /** Resolves with the dead letters of the topic and group once there are so many. */
  deadLetters(topic: string, group: string, count: number): Promise<DeadLetter[]>;
}

export const contractRetry: RetryOptions = { retries: 3, initialDelayMs: 1, maxDelayMs: 5 };

type Registered = ReturnType<typeof createUserRegistered>;

/** What every driver of `EventBus` promises. */
export function describeEventBus(driver: string, startHome: () => Promise<BusHome>): void {
  describe(`EventBus: ${driver}`, () => {
    it('brings each event, as it was published, to every group that asked for its topic', async () => {
      await using home = await startHome();
      await using bus = home.open();
      const billing = new Collector<unknown>();
      const notification = new Collector<unknown>();
      const other = new Collector<unknown>();
      await using _billing = await bus.subscribe('billing', ['user.registered'], async (event) => billing.add(event));
      await using _notification = await bus.subscribe('notification', ['user.registered', 'audit.log'], async (event) =>
        notification.add(event),
      );
      await using _other = await bus.subscribe('project', ['audit.log'], async (event) => other.add(event));
      const events = [createUserRegistered({ key: 'ann' }), createUserRegistered({ key: 'ann' })];
      await bus.publish(events);
      expect(await billing.reached(2)).toEqual(events);
      expect(await notification.reached(2)).toEqual(events);
      expect(other.values).toEqual([]);
    });

    it('keeps the order of each key, also when handlers fail now and then', async () => {
      await using home = await startHome();
      await using bus = home.open();
      const handled = new Collector<Registered>();
      const failing = new Set<string>();
      await using _ = await bus.subscribe('billing', ['user.registered'], async (event) => {
        const registered = event as Registered;
        if (failing.delete(registered.id)) throw new Error('not yet');
        handled.add(registered);
      });
      const shapes = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), fails: fc.boolean() }), {
        minLength: 5,
        maxLength: 40,
      });
      for (const shape of fc.sample(shapes, 3)) {
        const events = shape.map(({ key }, index) => createUserRegistered({ key, name: `number ${index}` }));
        for (const [index, { fails }] of shape.entries()) if (fails) failing.add(events[index]!.id);
        const before = handled.values.length;
        await bus.publish(events);
        const got = (await handled.reached(before + events.length)).slice(before);
        for (const key of ['a', 'b', 'c', 'd']) {
          const names = (list: Registered[]) =>
            list.filter((e) => e.partitionkey === key).map((e) => e.data.displayName);
          expect(names(got)).toEqual(names(events));
        }
      }
    });

    it('dead-letters an event with the reason after its retries, for that group only, and goes on', async () => {
      await using home = await startHome();
      await using bus = home.open();
      const billing = new Collector<string>();
      const notification = new Collector<string>();
      let attempts = 0;
      const bad = createUserRegistered({ key: 'ann', name: 'bad' });
      await using _billing = await bus.subscribe('billing', ['user.registered'], async (event) => {
        if (event.id !== bad.id) return billing.add(event.id);
        attempts += 1;
        throw new TypeError('no such plan');
      });
      await using _notification = await bus.subscribe('notification', ['user.registered'], async (event) =>
        notification.add(event.id),
      );
      const good = createUserRegistered({ key: 'ann', name: 'good' });
      await bus.publish([bad, good]);
      expect(await billing.reached(1)).toEqual([good.id]);
      expect(await notification.reached(2)).toEqual([bad.id, good.id]);
      expect(attempts).toBe(1 + contractRetry.retries!);
      const [letter] = await home.deadLetters('user.registered', 'billing', 1);
      expect(letter).toMatchObject({
        topic: 'user.registered',
        group: 'billing',
        attempts: 4,
        reason: 'TypeError: no such plan',
      });
      expect(JSON.parse(letter!.value)).toEqual(bad);
    });

    it('brings an event again that was in work when the group stopped', async () => {
      await using home = await startHome();
      const event = createUserRegistered({ key: 'ann' });
      const begun = Promise.withResolvers<void>();
      {
        await using bus = home.open();
        const stop = new AbortController();
        const subscription = await bus.subscribe('billing', ['user.registered'], async () => {
          begun.resolve();
          await new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(new Error('crashed'))));
        });
        const published = bus.publish([event]).catch(() => {});
        await begun.promise;
        const left = subscription[Symbol.asyncDispose]();
        stop.abort();
        await Promise.all([left, published]);
      }
      await using bus = home.open();
      const handled = new Collector<string>();
      await using _ = await bus.subscribe('billing', ['user.registered'], async ({ id }) => handled.add(id));
      // What publish could not promise before the stop is published again, as the outbox does; a group may see it twice.
      await bus.publish([event]);
      expect((await handled.reached(1))[0]).toBe(event.id);
    });
  });
}

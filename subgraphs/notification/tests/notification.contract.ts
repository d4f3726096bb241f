import type { MikroORM } from '@mikro-orm/postgresql';
import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import { createMemoryBroadcast } from '@vibecode/platform/broadcast/memory.broadcast';
import { openDatabase } from '@vibecode/platform/database';
import { createEvent } from '@vibecode/platform/events/event';
import { consumeEvents } from '@vibecode/platform/events/inbox';
import { createLocalBus } from '@vibecode/platform/events/local.bus';
import { newId } from '@vibecode/platform/id';
import { createLog } from '@vibecode/platform/log';
import type { TestDatabase } from '@vibecode/platform/testing/database';
import * as fc from '@vibecode/platform/testing/property';
import type { Envelope } from '@vibecode/schema/events/envelope';
import { database } from '../src/database.ts';
import { Notification } from '../src/notification.entity.ts';
import { createNotificationEventHandlers } from '../src/notification.events.ts';
import { NotificationFeed } from '../src/notification.feed.ts';

const log = createLog({ service: 'notification', level: 'silent' });

/** One instance of the service without its doors. */
async function startInstance(url: string, broadcast: Broadcast, pollIntervalMs?: number) {
  await using started = new AsyncDisposableStack();
  const orm = started.adopt(await openDatabase({ ...database, url, poolSize: 4 }), (opened) => opened.close(true));
  const bus = started.use(createLocalBus({ log, retry: { retries: 0 } }));
  const feed = new NotificationFeed({ orm, broadcast, ...(pollIntervalMs !== undefined && { pollIntervalMs }) });
  const on = createNotificationEventHandlers(feed, () => new Date());
  started.use(await consumeEvents({ orm, bus, group: 'notification', log, on }));
  const rest = started.move();
  return { orm, bus, feed, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

export function completed(userId: string, key = userId): Envelope {
  const generationId = newId();
  return createEvent('generation.complete', {
    source: 'ai-generation',
    subject: generationId,
    key,
    data: {
      generationId,
      userId,
      projectId: newId(),
      status: 'COMPLETED',
      chargeable: true,
      model: 'm',
      provider: 'test',
      promptTokens: 1,
      completionTokens: 1,
      durationMs: 1,
      version: 1,
      errorCode: null,
    },
  });
}

async function take(feed: AsyncIterableIterator<Notification>, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const { value, done } = await feed.next();
    if (done) throw new Error(`the feed ended after ${ids.length} of ${count}`);
    ids.push(value.id);
  }
  return ids;
}

async function stored(orm: MikroORM, userId: string): Promise<string[]> {
  return (await orm.em.fork().find(Notification, { userId }, { orderBy: { id: 'asc' } })).map(({ id }) => id);
}

/** What following notifications promises on any PostgreSQL. */
export function describeNotifications(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(`notifications: ${name}`, () => {
    let testDatabase: TestDatabase;
    beforeAll(async () => {
      testDatabase = await startDatabase();
    });
    afterAll(() => testDatabase[Symbol.asyncDispose]());

    it('tells followers of each event once, over two instances that add at the same time', async () => {
      await using broadcast = createMemoryBroadcast({ log });
      await using one = await startInstance(testDatabase.url, broadcast);
      await using two = await startInstance(testDatabase.url, broadcast);
      const userId = newId();
      await one.bus.publish([completed(userId)]);
      const [seen = null] = await stored(one.orm, userId);
      const stop = new AbortController();
      const following = [one, two].map(({ feed }) => take(feed.follow(userId, seen, stop.signal), 39));
      // Keys of their own, so that one instance, too, adds several at once.
      const events = Array.from({ length: 39 }, (_, index) => completed(userId, `key ${index}`));
      await Promise.all([
        one.bus.publish(events.filter((_, index) => index % 2 === 0)),
        two.bus.publish(events.filter((_, index) => index % 2 === 1)),
        // The same events at the other instance as well, as after a rebalance.
        two.bus.publish(events.slice(0, 10)),
      ]);
      const ids = await stored(one.orm, userId);
      expect(ids).toHaveLength(40);
      for (const followed of await Promise.all(following)) expect(followed).toEqual(ids.slice(1));
      stop.abort();
    });

    it('resumes after any notification with exactly the rest', async () => {
      await using broadcast = createMemoryBroadcast({ log });
      await using instance = await startInstance(testDatabase.url, broadcast);
      const userId = newId();
      await instance.bus.publish(Array.from({ length: 8 }, () => completed(userId)));
      const ids = await stored(instance.orm, userId);
      for (const seen of fc.sample(fc.integer({ min: 0, max: 7 }), 4)) {
        const stop = new AbortController();
        const feed = instance.feed.follow(userId, ids[seen]!, stop.signal);
        const rest = take(feed, 8 - seen);
        await instance.bus.publish([completed(userId)]);
        ids.push((await stored(instance.orm, userId)).at(-1)!);
        expect((await rest).slice(0, 7 - seen)).toEqual(ids.slice(seen + 1, 8));
        stop.abort();
        expect((await feed.next()).done).toBe(true);
      }
    });

    it('finds a notification whose broadcast was lost, and stops at once when told while it waits', async () => {
      const deaf: Broadcast = {
        publish: async () => {},
        subscribe: async () => ({ [Symbol.asyncDispose]: async () => {} }),
        [Symbol.asyncDispose]: async () => {},
      };
      await using instance = await startInstance(testDatabase.url, deaf, 5);
      const userId = newId();
      await instance.bus.publish([completed(userId)]);
      const stop = new AbortController();
      const feed = instance.feed.follow(userId, (await stored(instance.orm, userId))[0]!, stop.signal);
      const next = take(feed, 1);
      await instance.bus.publish([completed(userId)]);
      expect(await next).toEqual((await stored(instance.orm, userId)).slice(1));
      await using patient = await startInstance(testDatabase.url, deaf, 3_600_000);
      const quiet = patient.feed.follow(userId, null, stop.signal).next();
      stop.abort();
      expect((await quiet).done).toBe(true);
    });
  });
}

import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Migration } from '@mikro-orm/migrations';
import type { MikroORM } from '@mikro-orm/postgresql';
import { trace } from '@opentelemetry/api';
import { openDatabase } from '../../src/database.ts';
import type { EventBus } from '../../src/events/bus.ts';
import { consumeEvents, InboxMessage, inboxMigration } from '../../src/events/inbox.ts';
import { createLocalBus } from '../../src/events/local.bus.ts';
import { startOutboxRelay } from '../../src/events/outbox.relay.ts';
import { addToOutbox, OutboxMessage, outboxMigration } from '../../src/events/outbox.ts';
import type { ServiceName } from '../../src/services.ts';
import { startTelemetry, withSpan } from '../../src/telemetry.ts';
import type { TestDatabase } from '../../src/testing/database.ts';
import * as fc from '../../src/testing/property.ts';
import { Collector, collectLog, createUserRegistered, silent } from './event.fixture.ts';

/** What a consumer does with an event in these tests: one more row. */
@Entity({ tableName: 'welcome' })
class Welcome {
  @PrimaryKey({ type: 'int' })
  readonly id: number;

  @Property({ type: 'text' })
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function welcomeMigration(schema: string) {
  return class CreateWelcome extends Migration {
    override up(): void {
      this.addSql(`create table "${schema}"."welcome" ("id" serial primary key, "name" text not null)`);
    }
  };
}

export interface OpenOrm extends AsyncDisposable {
  readonly orm: MikroORM;
}

export async function openOrm(url: string, service: ServiceName): Promise<OpenOrm> {
  const orm = await openDatabase({
    service,
    url,
    entities: [OutboxMessage, InboxMessage, Welcome],
    migrations: [outboxMigration(service), inboxMigration(service), welcomeMigration(service)],
  });
  return { orm, [Symbol.asyncDispose]: () => orm.close(true) };
}

export function recordingBus(onPublish: (names: string[]) => void | Promise<void>): EventBus {
  return {
    publish: async (events) => onPublish(events.map(({ data }) => (data as { displayName: string }).displayName)),
    subscribe: () => Promise.reject(new Error('not in this test')),
    [Symbol.asyncDispose]: async () => {},
  };
}

function consumeWelcomes(orm: MikroORM, bus: EventBus, group: ServiceName, onApplied?: (name: string) => void) {
  return consumeEvents({
    orm,
    bus,
    group,
    log: silent,
    on: {
      'user.registered': ({ data }, em, afterCommit) => {
        em.persist(new Welcome(data.displayName));
        afterCommit(() => onApplied?.(data.displayName));
      },
    },
  });
}

async function welcomed(orm: MikroORM): Promise<string[]> {
  return (await orm.em.fork().find(Welcome, {}, { orderBy: { id: 'asc' } })).map(({ name }) => name);
}

/** What the outbox, its relay and the inbox promise on any PostgreSQL. */
export function describeOutbox(database: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(`outbox and inbox: ${database}`, () => {
    it('publishes what was committed, in order and once, as soon as it commits', async () => {
      await using db = await startDatabase();
      await using auth = await openOrm(db.url, 'auth');
      const published = new Collector<string>();
      const bus = recordingBus((names) => published.add(...names));
      // So rare a poll that only the commit can be what wakes it.
      await using _ = startOutboxRelay({ orm: auth.orm, bus, log: silent, service: 'auth', pollIntervalMs: 3_600_000 });
      await auth.orm.em.fork().transactional(async (em) => {
        addToOutbox(em, createUserRegistered({ name: '1' }), createUserRegistered({ name: '2' }));
      });
      await published.reached(2);
      const em = auth.orm.em.fork();
      addToOutbox(em, createUserRegistered({ name: '3' }));
      await em.flush();
      await published.reached(3);
      expect(published.values).toEqual(['1', '2', '3']);
    });

    it('publishes nothing of a transaction that was rolled back', async () => {
      await using db = await startDatabase();
      await using auth = await openOrm(db.url, 'auth');
      const published = new Collector<string>();
      const bus = recordingBus((names) => published.add(...names));
      await using _ = startOutboxRelay({ orm: auth.orm, bus, log: silent, service: 'auth' });
      const refused = auth.orm.em.fork().transactional(async (em) => {
        addToOutbox(em, createUserRegistered({ name: 'never' }));
        await em.flush();
        throw new Error('refused');
      });
      await expect(refused).rejects.toThrow('refused');
      await auth.orm.em.fork().transactional(async (em) => addToOutbox(em, createUserRegistered({ name: 'next' })));
      expect(await published.reached(1)).toEqual(['next']);
    });

    it('tries again, with the same events in the same order, when the bus refuses', async () => {
      await using db = await startDatabase();
      await using auth = await openOrm(db.url, 'auth');
      const attempts = new Collector<string[]>();
      const bus = recordingBus((names) => {
        attempts.add(names);
        if (attempts.values.length < 3) throw new Error('broker away');
      });
      await auth.orm.em.fork().transactional(async (em) => {
        addToOutbox(em, createUserRegistered({ name: '1' }), createUserRegistered({ name: '2' }));
      });
      await using _ = startOutboxRelay({ orm: auth.orm, bus, log: silent, service: 'auth' });
      expect(await attempts.reached(3)).toEqual([
        ['1', '2'],
        ['1', '2'],
        ['1', '2'],
      ]);
    });

    it('logs once that events wait while the bus is away, and that they are published again', async () => {
      await using db = await startDatabase();
      await using auth = await openOrm(db.url, 'auth');
      const { log, lines } = collectLog();
      const attempts = new Collector<string[]>();
      const bus = recordingBus((names) => {
        attempts.add(names);
        if (attempts.values.length < 4) throw new Error('broker away');
      });
      await using _ = startOutboxRelay({ orm: auth.orm, bus, log, service: 'auth' });
      await auth.orm.em.fork().transactional(async (em) => addToOutbox(em, createUserRegistered()));
      await attempts.reached(4);
      expect(await lines.reached(2)).toMatchObject([
        {
          level: 'WARN',
          action: 'outbox.failed',
          message: 'The events of auth cannot be published. They wait in its outbox, and are tried again.',
          error: { message: 'broker away' },
        },
        { level: 'INFO', action: 'outbox.back' },
      ]);
    });

    it('publishes a backlog of several batches', async () => {
      await using db = await startDatabase();
      await using auth = await openOrm(db.url, 'auth');
      const names = Array.from({ length: 25 }, (_, index) => String(index));
      await auth.orm.em.fork().transactional(async (em) => {
        addToOutbox(em, ...names.map((name) => createUserRegistered({ name })));
      });
      const published = new Collector<string>();
      const bus = recordingBus((batch) => published.add(...batch));
      await using _ = startOutboxRelay({ orm: auth.orm, bus, log: silent, service: 'auth', batchSize: 5 });
      expect(await published.reached(25)).toEqual(names);
    });

    it('applies an event once however often it comes, and its effect with the inbox row or not at all', async () => {
      await using db = await startDatabase();
      await using notification = await openOrm(db.url, 'notification');
      await using bus = createLocalBus({ log: silent, retry: { retries: 2, initialDelayMs: 1 } });
      const applied = new Collector<string>();
      let failures = 1;
      await using _ = await consumeEvents({
        orm: notification.orm,
        bus,
        group: 'notification',
        log: silent,
        on: {
          'user.registered': async ({ data }, em, afterCommit) => {
            em.persist(new Welcome(data.displayName));
            await em.flush();
            if (failures-- > 0) throw new Error('after the effect, before the commit');
            afterCommit(() => applied.add(data.displayName));
          },
        },
      });
      const event = createUserRegistered({ name: 'Ann' });
      await bus.publish([event]);
      await bus.publish([event, event]);
      expect(await welcomed(notification.orm)).toEqual(['Ann']);
      expect(applied.values).toEqual(['Ann']);
    });

    it('goes on with the trace of the operation that made the event', async () => {
      await using db = await startDatabase();
      await using notification = await openOrm(db.url, 'notification');
      await using _telemetry = startTelemetry({ service: 'test' });
      await using bus = createLocalBus({ log: silent });
      const traces = new Collector<string | undefined>();
      const onApplied = () => traces.add(trace.getActiveSpan()?.spanContext().traceId);
      await using _ = await consumeWelcomes(notification.orm, bus, 'notification', onApplied);
      const [event, traceId] = await withSpan('register', {}, async (span) => [
        createUserRegistered(),
        span.spanContext().traceId,
      ]);
      await bus.publish([event]);
      expect(traces.values).toEqual([traceId]);
    });

    it('loses nothing and applies nothing twice over crashes at any point', async () => {
      await using db = await startDatabase();
      await using auth = await openOrm(db.url, 'auth');
      await using billing = await openOrm(db.url, 'billing');
      await using notification = await openOrm(db.url, 'notification');
      const consumers = [billing, notification] as const;
      let run = 0;
      const crashes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
      for (const crashesAfter of fc.sample(crashes, 4)) {
        run += 1;
        const names = Array.from({ length: 6 }, (_, index) => `${run}.${index}`);
        await auth.orm.em.fork().transactional(async (em) => {
          addToOutbox(em, ...names.map((name) => createUserRegistered({ key: 'ann', name })));
        });
        // Each round is one life of the process: after so many applied events it dies before the relay can mark them.
        for (const limit of [...crashesAfter, Number.POSITIVE_INFINITY]) {
          const died = Promise.withResolvers<void>();
          const finished = Promise.withResolvers<void>();
          let applied = 0;
          await using local = createLocalBus({ log: silent, retry: { retries: 0 } });
          const bus: EventBus = {
            ...recordingBus(() => {}),
            publish: async (events) => {
              await local.publish(events);
              if (applied < limit) return finished.resolve();
              died.resolve();
              throw new Error('died before the mark');
            },
          };
          const onApplied = () => {
            applied += 1;
          };
          await using _billing = await consumeWelcomes(billing.orm, local, 'billing', onApplied);
          await using _notification = await consumeWelcomes(notification.orm, local, 'notification', onApplied);
          await using _relay = startOutboxRelay({ orm: auth.orm, bus, log: silent, service: 'auth', batchSize: 2 });
          if (limit === Number.POSITIVE_INFINITY) await drained(auth.orm);
          else await Promise.race([died.promise, drained(auth.orm)]);
        }
        for (const { orm } of consumers) {
          expect((await welcomed(orm)).filter((name) => name.startsWith(`${run}.`))).toEqual(names);
        }
      }
    });
  });
}

/** Resolves when every event of the outbox has been published. */
async function drained(orm: MikroORM): Promise<void> {
  for (;;) {
    const [row] = await orm.em
      .fork()
      .execute('select count(*)::int as open from auth.outbox where published_at is null');
    if ((row as { open: number }).open === 0) return;
  }
}

import { Client } from 'pg';
import { startOutboxRelay } from '../../src/events/outbox.relay.ts';
import { addToOutbox } from '../../src/events/outbox.ts';
import { createTestDatabase } from '../../src/testing/database.ts';
import { Collector, createUserRegistered, silent } from './event.fixture.ts';
import { describeOutbox, openOrm, recordingBus } from './outbox.contract.ts';

describeOutbox('PostgreSQL', createTestDatabase);

describe('startOutboxRelay with several sessions', () => {
  it('waits for an earlier position whose transaction commits late', async () => {
    await using db = await createTestDatabase();
    await using auth = await openOrm(db.url, 'auth');
    const published = new Collector<string>();
    const bus = recordingBus((names) => published.add(...names));
    await using relay = startOutboxRelay({ orm: auth.orm, bus, log: silent, service: 'auth' });
    const inserted = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const late = auth.orm.em.fork().transactional(async (em) => {
      addToOutbox(em, createUserRegistered({ name: 'first position, last commit' }));
      await em.flush();
      inserted.resolve();
      await commit.promise;
    });
    await inserted.promise;
    await auth.orm.em.fork().transactional(async (em) => addToOutbox(em, createUserRegistered({ name: 'second' })));
    relay.wake();
    await barrierIsWaitedFor(db.url);
    expect(published.values).toEqual([]);
    commit.resolve();
    await late;
    expect(await published.reached(2)).toEqual(['first position, last commit', 'second']);
  });

  it('keeps the order of positions also when the late one has the higher transaction id', async () => {
    await using db = await createTestDatabase();
    await using auth = await openOrm(db.url, 'auth');
    const published = new Collector<string>();
    const bus = recordingBus((names) => published.add(...names));
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const inserted = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const early = auth.orm.em.fork().transactional(async (em) => {
      await em.execute('select pg_current_xact_id()');
      begun.resolve();
      await goOn.promise;
      addToOutbox(em, createUserRegistered({ name: 'second' }));
    });
    await begun.promise;
    const late = auth.orm.em.fork().transactional(async (em) => {
      addToOutbox(em, createUserRegistered({ name: 'first' }));
      await em.flush();
      inserted.resolve();
      await commit.promise;
    });
    await inserted.promise;
    goOn.resolve();
    await early;
    await using _ = startOutboxRelay({ orm: auth.orm, bus, log: silent, service: 'auth' });
    await barrierIsWaitedFor(db.url);
    expect(published.values).toEqual([]);
    commit.resolve();
    await late;
    expect(await published.reached(2)).toEqual(['first', 'second']);
  });

  it('lets one relay of several instances work, and another take over when its session dies', async () => {
    await using db = await createTestDatabase();
    await using one = await openOrm(db.url, 'auth');
    await using two = await openOrm(db.url, 'auth');
    const published = new Collector<string>();
    const relays = [one, two].map(({ orm }, index) => {
      const bus = recordingBus((names) => published.add(...names.map((name) => `${name} by ${index}`)));
      return startOutboxRelay({ orm, bus, log: silent, service: 'auth', pollIntervalMs: 20 });
    });
    await using _one = relays[0]!;
    await using _two = relays[1]!;
    for (let round = 0; round < 3; round += 1) {
      const before = published.values.length;
      await two.orm.em.fork().transactional(async (em) => {
        addToOutbox(em, ...['a', 'b', 'c'].map((name) => createUserRegistered({ name: `${round}${name}` })));
      });
      const names = (await published.reached(before + 3)).slice(before);
      const worker = names[0]!.at(-1);
      expect(names).toEqual(['a', 'b', 'c'].map((name) => `${round}${name} by ${worker}`));
      await killLockHolder(db.url);
    }
  });
});

/** Resolves when a relay has been seen asking for its barrier, which it does over and over while it waits. */
async function barrierIsWaitedFor(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const asked = `select count(*)::int as asked from pg_stat_activity where query like '%pg_snapshot_xmin(pg_current_snapshot()) >=%'
    and pid <> pg_backend_pid()`;
  while ((await client.query(asked)).rows[0].asked === 0);
  await client.end();
}

async function killLockHolder(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`,
  );
  await client.end();
}

import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '../../src/id.ts';
import type { ClaimedJob } from '../../src/jobs/job.ts';
import type { TestDatabase } from '../../src/testing/database.ts';
import { createUsers, QueueTest } from './job.fixture.ts';

const USERS = 10;
/** A database that reads the whole of a small table may read as many rows of it as there are. */
const TOLERANCE = USERS;

/** What a queue costs when few wait and when many do. */
export function describeJobCosts(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(`the cost of JobQueue on ${name}`, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await startDatabase();
    });
    afterAll(() => database[Symbol.asyncDispose]());

    it.each([
      ['has no', false],
      ['has', true],
    ])('is the same with 10,000 waiting as with 10, when the database %s statistics', async (_, analyzed) => {
      const few = await countRowsOfSteps(database.url, 10, analyzed);
      const many = await countRowsOfSteps(database.url, 10_000, analyzed);
      for (const rows of Object.values(many)) expect(rows).toBeGreaterThan(0);
      const grown = Object.entries(many).filter(([step, rows]) => rows > few[step]! + TOLERANCE);
      expect({ grown, few, many }).toMatchObject({ grown: [] });
    });
  });
}

/** Rows that the database reads for each step of one job, while others wait. */
async function countRowsOfSteps(url: string, waiting: number, analyzed: boolean): Promise<Record<string, number>> {
  await using test = await QueueTest.start(url);
  const { queue } = test;
  const users = createUsers(USERS);
  await test.fill(users, waiting / USERS);
  await test.em.execute('vacuum');
  if (analyzed) await test.em.execute('analyze');
  const added = { id: newId(), userId: users[0]! };
  let claimed: ClaimedJob | null = null;
  const steps: Record<string, (em: EntityManager) => Promise<unknown>> = {
    enqueue: (em) => queue.enqueue(em, added),
    findPositions: (em) => queue.findPositions(em, [added.id]),
    cancel: (em) => queue.cancel(em, added.id),
    claim: async (em) => {
      claimed = await queue.claim(em);
    },
    renew: (em) => queue.renew(em, [claimed!]),
    claimAbandoned: (em) => queue.claimAbandoned(em),
    release: (em) => queue.release(em, claimed!),
    finish: async (em) => {
      claimed = await queue.claim(em);
      await queue.finish(em, claimed!);
    },
  };
  const counts: Record<string, number> = {};
  for (const [step, work] of Object.entries(steps)) {
    counts[step] = await test.em.transactional(async (em) => {
      const before = await countRowsRead(em);
      await work(em);
      return (await countRowsRead(em)) - before;
    });
  }
  return counts;
}

/**
 * Rows read in this transaction. Source: https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-STATS-VIEWS
 */
async function countRowsRead(em: EntityManager): Promise<number> {
  const [row] = await em.execute<{ rows: number }[]>(
    `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables
     where schemaname = 'code_executor'`,
  );
  return row!.rows;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestDatabase } from '../../src/testing/database.ts';
import { Collector } from '../events/event.fixture.ts';
import { createUsers, QueueTest } from './job.fixture.ts';

const USERS = 50;
const JOBS_OF_EACH = 100;
const JOBS = USERS * JOBS_OF_EACH;
const NODE = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.bin', 'node');
/** Many times what it takes. */
const TIMEOUT_MS = 600_000;

/** Thousands of jobs on instances of which one dies. */
export function describeJobKill(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(`JobQueue on ${name} with two instances`, () => {
    it(
      'ends 5,000 jobs of 50 users once each, by turns, although one instance is killed',
      async () => {
        await using database = await startDatabase();
        await using test = await QueueTest.start(database.url);
        await test.fill(createUsers(USERS), JOBS_OF_EACH);
        const ended = new Collector<string>();
        const ids = new Set<string>();
        const end = (id: string) => {
          if (!ids.has(id)) ended.add(id);
          ids.add(id);
        };
        await using one = startInstance(database.url, end, JOBS / 10);
        await using _two = startInstance(database.url, end);
        await one.ended;
        const { waiting } = await test.queue.count(test.em);
        await ended.reached(JOBS);
        // It died in the middle.
        expect(waiting).toBeGreaterThan(JOBS / 10);
        expect(await test.queue.count(test.em)).toEqual({ waiting: 0, running: 0 });
        const [ends] = await test.em.execute<unknown[]>(
          `select count(*)::int as ends, count(distinct job_id)::int as jobs from code_executor.work where event = 'finished'`,
        );
        expect(ends).toEqual({ ends: JOBS, jobs: JOBS });
        // What the killed instance had was taken up under a later epoch.
        const [taken] = await test.em.execute<{ again: number }[]>(
          `select count(*)::int as again from code_executor.work where event = 'begun' and epoch > 1`,
        );
        expect(taken!.again).toBeGreaterThan(0);
        expect(await findLargestLead(test)).toBeLessThanOrEqual(3);
      },
      TIMEOUT_MS,
    );
  });
}

interface Instance extends AsyncDisposable {
  readonly ended: Promise<unknown>;
}

/**
 * @param onEnd hears of each job that has ended there; of one perhaps twice
 * @param killAt in the middle of which job the instance dies; default none
 */
function startInstance(url: string, onEnd: (id: string) => void, killAt = 0): Instance {
  const child = spawn(NODE, [join(import.meta.dirname, 'job.process.ts'), url, `${killAt}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  const ended = once(child, 'exit');
  createInterface({ input: child.stdout! }).on('line', onEnd);
  return {
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * By how many begun jobs the user served most was ahead of the one served least, before an instance was killed: what that had
 * counts as running until its leases are over, so its users come later.
 */
async function findLargestLead(test: QueueTest): Promise<number> {
  const rows = await test.em.execute<{ user_id: string }[]>(
    `select user_id from code_executor.work where event = 'begun' and epoch = 1 order by position limit ${JOBS / 10}`,
  );
  const begun = new Map<string, number>();
  let lead = 0;
  for (const { user_id } of rows) {
    begun.set(user_id, (begun.get(user_id) ?? 0) + 1);
    if (begun.size === USERS) lead = Math.max(lead, Math.max(...begun.values()) - Math.min(...begun.values()));
  }
  return lead;
}

import type { MikroORM } from '@mikro-orm/postgresql';
import { createMemoryBroadcast } from '../../src/broadcast/memory.broadcast.ts';
import { newId } from '../../src/id.ts';
import { JobQueue } from '../../src/jobs/job.queue.ts';
import type { JobRun } from '../../src/jobs/job.run.ts';
import { type JobWorkerOptions, startJobWorker } from '../../src/jobs/job.worker.ts';
import type { TestDatabase } from '../../src/testing/database.ts';
import { interruptDatabase } from '../../src/testing/interruptible.database.ts';
import { Collector, silent } from '../events/event.fixture.ts';
import { createUsers, openJobs, QueueTest, recordWork } from './job.fixture.ts';

/** What a worker does with the queue, whatever carries it. */
export function describeJobWorker(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(`startJobWorker on ${name}`, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await startDatabase();
    });
    afterAll(() => database[Symbol.asyncDispose]());

    /** A worker at the queue of a test; the database's clock counts. */
    async function startWorker(
      test: Pick<QueueTest, 'orm'>,
      options: Partial<JobWorkerOptions> & Pick<JobWorkerOptions, 'run'>,
      leaseMs = 15_000,
    ) {
      const queue = new JobQueue({
        service: 'code-executor',
        limits: { waiting: 1_000, waitingOfUser: 1_000 },
        leaseMs,
      });
      const broadcast = createMemoryBroadcast({ log: silent });
      const worker = await startJobWorker({
        service: 'code-executor',
        orm: test.orm,
        queue,
        broadcast,
        log: silent,
        concurrency: 2,
        pollMs: 20,
        ...options,
      });
      return Object.assign(worker, { queue });
    }

    it('runs what is queued, as many at once as it may of all and of a lane, and settles each end', async () => {
      await using test = await QueueTest.start(database.url);
      const begun = new Collector<JobRun>();
      const settled = new Collector<string>();
      const goOn = Promise.withResolvers<void>();
      await using worker = await startWorker(test, {
        concurrency: 3,
        laneConcurrency: 2,
        run: async (job) => {
          begun.add(job);
          await goOn.promise;
          await job.finish((em) => recordWork(em, job.claim, 'finished'));
        },
        settle: async ({ claim }) => settled.add(claim.id),
      });
      const one = [await test.add(newId(), 'one'), await test.add(newId(), 'one'), await test.add(newId(), 'one')];
      worker.wake();
      await begun.reached(2);
      const two = [await test.add(newId(), 'two'), await test.add(newId(), 'two')];
      worker.wake();
      await begun.reached(3);
      expect(await worker.queue.count(test.em)).toEqual({ waiting: 2, running: 3 });
      expect(begun.values.map(({ claim }) => claim.lane).toSorted()).toEqual(['one', 'one', 'two']);
      goOn.resolve();
      expect(new Set(await settled.reached(5))).toEqual(new Set([...one, ...two]));
    });

    it('stops a job that is cancelled, by the message and without it', async () => {
      await using test = await QueueTest.start(database.url);
      const begun = new Collector<JobRun>();
      const reasons = new Collector<string | null>();
      await using worker = await startWorker(
        test,
        {
          run: async (job) => {
            begun.add(job);
            await aborted(job.signal);
            reasons.add(job.stopReason);
            await job.finish((em) => recordWork(em, job.claim, 'cancelled'));
          },
        },
        3_000,
      );
      const ids = [await test.add(newId()), await test.add(newId())];
      await begun.reached(2);
      for (const id of ids) {
        expect(await test.em.transactional((em) => worker.queue.cancel(em, id))).toBe('running');
        if (id === ids[0]) await worker.stop(id);
      }
      expect(await reasons.reached(2)).toEqual(['cancelled', 'cancelled']);
    });

    it('takes up what a dead worker left, and what it had ended and not told', async () => {
      await using test = await QueueTest.start(database.url);
      const [left, ended] = [await test.add(newId()), await test.add(newId())];
      const dead = new JobQueue({ service: 'code-executor', limits: { waiting: 9, waitingOfUser: 9 }, leaseMs: 1 });
      const claims = [await dead.claim(test.em), await dead.claim(test.em)];
      await test.finish(claims.find((claim) => claim?.id === ended)!);
      const recovered = new Collector<string>();
      const settled = new Collector<string>();
      await using _ = await startWorker(test, {
        run: () => Promise.reject(new Error('nothing waits')),
        recover: async (job) => {
          recovered.add(job.claim.id);
          await job.finish((em) => recordWork(em, job.claim, 'recovered'));
        },
        settle: async ({ claim }) => settled.add(claim.id),
      });
      expect(new Set(await settled.reached(2))).toEqual(new Set([left, ended]));
      expect(recovered.values).toEqual([left]);
    });

    it('tries again to tell of an end, once the lease has run out', async () => {
      await using test = await QueueTest.start(database.url);
      const attempts = new Collector<number>();
      await using _ = await startWorker(
        test,
        {
          run: (job) => job.finish((em) => recordWork(em, job.claim, 'finished')),
          settle: async ({ claim }) => {
            attempts.add(claim.epoch);
            if (claim.epoch < 3) throw new Error('nobody can be told');
          },
        },
        100,
      );
      await test.add(newId());
      expect(await attempts.reached(3)).toEqual([1, 2, 3]);
    });

    it('stores an end although the database is away, as long as the lease holds', async () => {
      await using test = await QueueTest.start(database.url);
      await using way = await interruptDatabase(database.url);
      await using behind = await openJobs(way.url);
      const begun = new Collector<JobRun>();
      const settled = new Collector<string>();
      const goOn = Promise.withResolvers<void>();
      let attempts = 0;
      await using _ = await startWorker(behind, {
        run: async (job) => {
          begun.add(job);
          await goOn.promise;
          await job.finish(async (em) => {
            attempts += 1;
            // The way breaks once in the middle of the transaction, and comes back after three more attempts have begun.
            if (attempts === 1) way.interrupt();
            await recordWork(em, job.claim, 'finished');
          });
        },
        settle: async ({ claim }) => settled.add(claim.id),
      });
      const id = await test.add(newId());
      await begun.reached(1);
      goOn.resolve();
      await way.refused(3);
      expect(await finishedOf(test)).toEqual([]);
      way.restore();
      expect(await settled.reached(1)).toEqual([id]);
      expect(await finishedOf(test)).toEqual([id]);
      // Those who waited meanwhile are served, too.
      const next = await test.add(newId());
      expect(await settled.reached(2)).toEqual([id, next]);
    });

    it('counts an end as stored whose answer was lost', async () => {
      await using test = await QueueTest.start(database.url);
      const settled = new Collector<string>();
      const answers = loseAnswers(test.orm);
      await using _ = await startWorker(
        { orm: answers.orm },
        {
          run: (job) => {
            answers.lose();
            return job.finish((em) => recordWork(em, job.claim, 'finished'));
          },
          settle: async ({ claim }) => settled.add(claim.id),
        },
      );
      const id = await test.add(newId());
      expect(await settled.reached(1)).toEqual([id]);
      expect(await finishedOf(test)).toEqual([id]);
    });

    it('stops its work when its lease is over, and another finishes it', async () => {
      await using test = await QueueTest.start(database.url);
      await using way = await interruptDatabase(database.url);
      await using behind = await openJobs(way.url);
      const lost = new Collector<string | null>();
      const begun = new Collector<JobRun>();
      await using _cut = await startWorker(
        behind,
        {
          run: async (job) => {
            begun.add(job);
            way.interrupt();
            await aborted(job.signal);
            lost.add(job.stopReason);
          },
        },
        3_000,
      );
      const id = await test.add(newId());
      await begun.reached(1);
      expect(await lost.reached(1)).toEqual(['lease lost']);
      const settled = new Collector<string>();
      await using _other = await startWorker(test, {
        run: (job) => job.finish((em) => recordWork(em, job.claim, 'finished')),
        settle: async ({ claim }) => settled.add(`${claim.id} ${claim.epoch}`),
      });
      expect(await settled.reached(1)).toEqual([`${id} 2`]);
      way.restore();
    });

    it('gives back at its end what it has not begun', async () => {
      await using test = await QueueTest.start(database.url);
      const users = createUsers(3);
      for (const user of users) await test.add(user);
      const begun = new Collector<JobRun>();
      const worker = await startWorker(test, {
        run: async (job) => {
          begun.add(job);
          await aborted(job.signal);
          expect(job.stopReason).toBe('shutdown');
          await job.release();
        },
      });
      await begun.reached(2);
      await worker[Symbol.asyncDispose]();
      expect(await test.queue.count(test.em)).toEqual({ waiting: 3, running: 0 });
    });
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function finishedOf(test: QueueTest): Promise<string[]> {
  const rows = await test.em.execute<{ job_id: string }[]>(
    "select job_id from code_executor.work where event = 'finished' order by position",
  );
  return rows.map(({ job_id }) => job_id);
}

/** Breaks, once it is told to, as a connection does between a commit and its answer. */
function loseAnswers(orm: MikroORM): { readonly orm: MikroORM; lose(): void } {
  let isLost = false;
  const fork = (...args: Parameters<MikroORM['em']['fork']>) => {
    const em = orm.em.fork(...args);
    const transactional = em.transactional.bind(em) as (...of: unknown[]) => Promise<unknown>;
    return Object.assign(em, {
      async transactional(...of: unknown[]) {
        const breaks = isLost;
        isLost = false;
        const result = await transactional(...of);
        if (breaks) throw new Error('the connection broke');
        return result;
      },
    });
  };
  return {
    orm: { em: { fork } } as unknown as MikroORM,
    lose() {
      isLost = true;
    },
  };
}

import { newId } from '../../src/id.ts';
import type { ClaimedJob } from '../../src/jobs/job.ts';
import type { TestDatabase } from '../../src/testing/database.ts';
import * as fc from '../../src/testing/property.ts';
import { createUsers, empty, QueueTest } from './job.fixture.ts';
import { QueueModel } from './job.model.ts';

const LANES = ['one', 'two'];
const USERS = createUsers(4);
const limits = { waiting: 12, waitingOfUser: 5, running: 6, runningOfUser: 3 };

const which = fc.nat(11);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('enqueue' as const), user: fc.nat(3), lane: fc.nat(1) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const), busy: fc.option(fc.nat(1)) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('finish' as const, 'cancel' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('closeLane' as const, 'openLane' as const), lane: fc.nat(1) }),
  },
);

/** Arbitrary histories of a queue, beside a model of it that is too slow to be wrong. */
export function describeJobProperties(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(`any history of JobQueue on ${name}`, () => {
    let database: TestDatabase;
    let test: QueueTest;
    beforeAll(async () => {
      database = await startDatabase();
      test = await QueueTest.start(database.url, limits, 6);
    });
    afterAll(async () => {
      await test[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    });

    it(
      'gives each turn to whoever has least, and the places that come true',
      async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
            await empty(test.orm);
            const model = new QueueModel(limits);
            const claims = new Map<string, ClaimedJob>();
            for (const action of steps) await take(action, model, claims);
          }),
          { numRuns: 25 },
        );
      },
      fc.PROPERTY_TIMEOUT_MS,
    );

    async function take(
      action: typeof step extends fc.Arbitrary<infer T> ? T : never,
      model: QueueModel,
      claims: Map<string, ClaimedJob>,
    ) {
      const { queue, em } = test;
      switch (action.do) {
        case 'enqueue': {
          const job = { id: newId(), userId: USERS[action.user]!, lane: LANES[action.lane]! };
          const isTaken = await em
            .transactional((tx) => queue.enqueue(tx, job))
            .then(
              () => true,
              () => false,
            );
          expect(isTaken).toBe(model.enqueue(job));
          break;
        }
        case 'claim': {
          const busyLanes = action.busy === null ? [] : [LANES[action.busy]!];
          const claim = await queue.claim(em, { busyLanes });
          expect(claim && { id: claim.id, epoch: claim.epoch }).toEqual(model.claim(busyLanes));
          if (claim) claims.set(claim.id, claim);
          break;
        }
        case 'finish':
        case 'release': {
          const claim = [...claims.values()][action.which % Math.max(1, claims.size)];
          if (!claim) break;
          claims.delete(claim.id);
          if (action.do === 'finish') {
            await test.finish(claim);
            await queue.remove(em, claim);
          } else await queue.release(em, claim);
          model[action.do](claim.id);
          break;
        }
        case 'cancel': {
          const id = model.ids[action.which];
          if (id) expect(await em.transactional((tx) => queue.cancel(tx, id))).toBe(model.cancel(id));
          break;
        }
        case 'closeLane':
        case 'openLane':
          await queue.closeLane(em, LANES[action.lane]!, action.do === 'closeLane' ? 60_000 : 0);
          model.setClosed(LANES[action.lane]!, action.do === 'closeLane');
          break;
      }
      expect(await queue.findPositions(em, model.ids)).toEqual(model.positions);
      const waiting = await queue.findWaiting(em);
      expect(new Map(waiting.map(({ id, position }) => [id, position]))).toEqual(model.positions);
      expect(await queue.count(em)).toEqual(model.count);
    }

    it(
      'runs each job once for each epoch, and ends it once, whoever dies',
      async () => {
        const worker = fc.array(fc.constantFrom('work', 'die'), { minLength: 3, maxLength: 8 });
        await fc.assert(
          fc.asyncProperty(
            fc.array(worker, { minLength: 2, maxLength: 4 }),
            fc.integer({ min: 1, max: 12 }),
            async (workers, jobs) => {
              await empty(test.orm);
              for (let job = 0; job < jobs; job += 1) await test.add(USERS[job % 3]!);
              const epochs: string[] = [];
              const ended: string[] = [];
              const work = async (queue: QueueTest['queue'], acts: readonly string[]) => {
                for (const act of acts) {
                  const claim = (await queue.claimAbandoned(test.em)) ?? (await queue.claim(test.em));
                  if (!claim) continue;
                  epochs.push(`${claim.id} ${claim.epoch}`);
                  if (act === 'die') {
                    test.pass(queue.leaseMs / 2);
                    continue;
                  }
                  const isMine = await test.finish(claim).then(
                    () => true,
                    () => false,
                  );
                  if (isMine) ended.push(claim.id);
                  if (isMine) await queue.remove(test.em, claim);
                }
              };
              await Promise.all(workers.map((acts) => work(test.createQueue({ running: 12 }), acts)));
              test.pass(test.queue.leaseMs + 1);
              await work(
                test.createQueue({ running: 12 }),
                Array.from({ length: 2 * jobs }, () => 'work'),
              );
              expect(new Set(epochs).size).toBe(epochs.length);
              expect(ended).toHaveLength(jobs);
              expect(new Set(ended).size).toBe(jobs);
              expect(await test.queue.count(test.em)).toEqual({ waiting: 0, running: 0 });
            },
          ),
          { numRuns: 15 },
        );
      },
      fc.PROPERTY_TIMEOUT_MS,
    );
  });
}

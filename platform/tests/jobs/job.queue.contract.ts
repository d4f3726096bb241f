import { newId } from '../../src/id.ts';
import { type Claim, JobEndedError, LeaseLostError, QueueFullError } from '../../src/jobs/job.ts';
import type { TestDatabase } from '../../src/testing/database.ts';
import { createUsers, QueueTest } from './job.fixture.ts';

/** What every database that carries a queue must give. */
export function describeJobQueue(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(`JobQueue on ${name}`, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await startDatabase();
    });
    afterAll(() => database[Symbol.asyncDispose]());

    it('lets users take turns, each with the oldest of their own, and shows the places', async () => {
      await using test = await QueueTest.start(database.url);
      const [ann, bob, cid] = createUsers(3) as [string, string, string];
      const a = [await test.add(ann), await test.add(ann), await test.add(ann)] as const;
      const b = [await test.add(bob), await test.add(bob)] as const;
      const c = [await test.add(cid)] as const;
      const expected = [a[0], b[0], c[0], a[1], b[1], a[2]];
      const positions = await test.queue.findPositions(test.em, expected);
      expect(expected.map((id) => positions.get(id))).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await test.drain()).toEqual(expected);
      expect(await test.queue.count(test.em)).toEqual({ waiting: 0, running: 0 });
    });

    it('puts whoever has less running first, and a newcomer before who was served lately', async () => {
      await using test = await QueueTest.start(database.url);
      const [ann, bob, cid] = createUsers(3) as [string, string, string];
      const a = [await test.add(ann), await test.add(ann)];
      const b = [await test.add(bob), await test.add(bob)];
      const first = await test.queue.claim(test.em);
      const second = await test.queue.claim(test.em);
      expect([first?.id, second?.id]).toEqual([a[0], b[0]]);
      await test.finish(second!);
      const c = await test.add(cid);
      const positions = await test.queue.findPositions(test.em, [a[1]!, b[1]!, c, newId()]);
      expect(Object.fromEntries(positions)).toEqual({ [c]: 1, [b[1]!]: 2, [a[1]!]: 3 });
      expect(await test.drain()).toEqual([c, b[1], a[1]]);
    });

    it('takes no more than may wait, of one user and of all, however many come at once', async () => {
      await using test = await QueueTest.start(database.url, { waiting: 21, waitingOfUser: 5 }, 8);
      const users = createUsers(6);
      const attempts = users.flatMap((user) => Array.from({ length: 8 }, () => test.add(user)));
      const outcomes = await Promise.allSettled(attempts);
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(refusals).toHaveLength(48 - 21);
      for (const refusal of refusals) expect(refusal).toBeInstanceOf(QueueFullError);
      expect(await test.queue.count(test.em)).toEqual({ waiting: 21, running: 0 });
      const rows = await test.em.execute<{ jobs: number }[]>(
        'select count(*)::int as jobs from code_executor.job group by user_id',
      );
      expect(Math.max(...rows.map(({ jobs }) => jobs))).toBe(5);
      await test.queue.claim(test.em);
      await expect(test.add(newId())).resolves.toEqual(expect.any(String));
      await expect(test.add(newId())).rejects.toMatchObject({ whose: 'all', limit: 21 });
    });

    it('leaves nothing counted of a start that was rolled back', async () => {
      await using test = await QueueTest.start(database.url);
      const failed = test.em.transactional(async (em) => {
        await test.queue.enqueue(em, { id: newId(), userId: newId() });
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await test.queue.count(test.em)).toEqual({ waiting: 0, running: 0 });
      expect(await test.queue.claim(test.em)).toBeNull();
    });

    it('runs no more than may run, in all and of one user, however many claim at once', async () => {
      await using test = await QueueTest.start(database.url, { running: 5, runningOfUser: 2 }, 8);
      const users = createUsers(4);
      for (const user of users) for (let job = 0; job < 4; job += 1) await test.add(user);
      const claims = [];
      for (;;) {
        const round = await Promise.all(Array.from({ length: 8 }, () => test.queue.claim(test.em)));
        const taken = round.filter((claim) => claim !== null);
        if (taken.length === 0) break;
        claims.push(...taken);
      }
      expect(claims).toHaveLength(5);
      expect(new Set(claims.map(({ id }) => id)).size).toBe(5);
      const byUser = Map.groupBy(claims, ({ userId }) => userId);
      for (const own of byUser.values()) expect(own.length).toBeLessThanOrEqual(2);
      await test.finish(claims[0]!);
      expect(await test.queue.claim(test.em)).not.toBeNull();
      expect(await test.queue.claim(test.em)).toBeNull();
    });

    it('fences a worker whose lease ran out, and gives the job to one other', async () => {
      await using test = await QueueTest.start(database.url);
      const userId = newId();
      const id = await test.add(userId);
      const first = (await test.queue.claim(test.em))!;
      expect(first).toMatchObject({ id, userId, epoch: 1, task: 'run' });
      test.pass(test.queue.leaseMs - 1);
      expect(await test.queue.claimAbandoned(test.em)).toBeNull();
      expect(await test.queue.renew(test.em, [first])).toEqual(['held']);
      test.pass(test.queue.leaseMs - 1);
      expect(await test.queue.claimAbandoned(test.em)).toBeNull();
      test.pass(2);
      const seconds = await Promise.all([1, 2, 3].map(() => test.queue.claimAbandoned(test.em)));
      const second = seconds.find((claim) => claim !== null)!;
      expect(second).toMatchObject({ id, epoch: 2, task: 'recover' });
      expect(seconds.filter((claim) => claim !== null)).toHaveLength(1);
      expect(await test.queue.renew(test.em, [first, second])).toEqual(['lost', 'held']);
      const late = (work: (em: typeof test.em) => Promise<void>) => expect(test.em.transactional(work)).rejects;
      await late((em) => test.queue.finish(em, first)).toThrow(LeaseLostError);
      await late((em) => test.queue.assertHeld(em, first)).toThrow(LeaseLostError);
      await late((em) => test.queue.release(em, first)).toThrow(LeaseLostError);
      await test.finish(second);
      expect(await test.queue.count(test.em)).toEqual({ waiting: 0, running: 0 });
    });

    it('hands an ended job on until somebody has told of the end', async () => {
      await using test = await QueueTest.start(database.url);
      const id = await test.add(newId());
      const first = (await test.queue.claim(test.em))!;
      await test.finish(first);
      await expect(test.finish(first)).rejects.toThrow(JobEndedError);
      expect(await test.em.transactional((em) => test.queue.cancel(em, id))).toBe('over');
      test.pass(test.queue.leaseMs + 1);
      const second = (await test.queue.claimAbandoned(test.em))!;
      expect(second).toMatchObject({ id, epoch: 2, task: 'settle' });
      await test.queue.remove(test.em, first);
      test.pass(test.queue.leaseMs + 1);
      const third = (await test.queue.claimAbandoned(test.em))!;
      await test.queue.remove(test.em, third);
      test.pass(test.queue.leaseMs + 1);
      expect(await test.queue.claimAbandoned(test.em)).toBeNull();
      await expect(test.finish(third)).rejects.toThrow(LeaseLostError);
    });

    it('parks a job until somebody decides, counted nowhere, and goes on under a later epoch', async () => {
      await using test = await QueueTest.start(database.url);
      const userId = newId();
      const id = await test.add(userId, 'model');
      const claim = (await test.queue.claim(test.em))!;
      const park = (parked: Claim) => test.em.transactional((em) => test.queue.finish(em, parked, 'PARKED'));
      const unpark = () => test.em.transactional((em) => test.queue.unpark(em, id, 'review'));
      expect(await unpark()).toBe(false);
      // A cancellation that came too late is about what was parked, not about what comes of it.
      expect(await test.em.transactional((em) => test.queue.cancel(em, id))).toBe('running');
      await park(claim);
      await expect(park(claim)).rejects.toThrow(JobEndedError);
      expect(await test.queue.count(test.em)).toEqual({ waiting: 0, running: 0 });
      // Its worker dies before it has told whoever watches.
      test.pass(test.queue.leaseMs + 1);
      const told = (await test.queue.claimAbandoned(test.em))!;
      expect(told).toMatchObject({ id, epoch: 2, task: 'settle' });
      await test.queue.remove(test.em, told);
      expect(await test.queue.renew(test.em, [told])).toEqual(['lost']);
      test.pass(30 * 24 * 3_600_000);
      await test.queue.forgetIdleUsers(test.em, 7 * 24 * 3_600_000);
      expect(await test.queue.claimAbandoned(test.em)).toBeNull();
      expect(await test.em.transactional((em) => test.queue.cancel(em, id))).toBe('over');

      const other = await test.add(userId, 'review');
      expect(await Promise.all([unpark(), unpark()])).toEqual(expect.arrayContaining([true, false]));
      expect(await test.queue.count(test.em)).toEqual({ waiting: 2, running: 0 });
      expect(Object.fromEntries(await test.queue.findPositions(test.em, [id, other]))).toEqual({ [id]: 1, [other]: 2 });
      const again = (await test.queue.claim(test.em))!;
      expect(again).toMatchObject({ id, epoch: 3, lane: 'review', task: 'run' });
      expect(await test.queue.renew(test.em, [again])).toEqual(['held']);
      await park(again);
      expect(await test.em.transactional((em) => test.queue.endParked(em, id))).toBe(true);
      expect(await test.em.transactional((em) => test.queue.endParked(em, id))).toBe(false);
      // Whoever parked it must not take its end back.
      await test.queue.remove(test.em, again);
      expect(await test.queue.claimAbandoned(test.em)).toMatchObject({ id, task: 'settle' });
      expect(await test.drain()).toEqual([other]);
    });

    it('cancels what waits wherever it stands, and marks what runs', async () => {
      await using test = await QueueTest.start(database.url);
      const userId = newId();
      const ids = [];
      for (let job = 0; job < 6; job += 1) ids.push(await test.add(userId));
      const running = (await test.queue.claim(test.em))!;
      const cancel = (id: string) => test.em.transactional((em) => test.queue.cancel(em, id));
      expect(await cancel(running.id)).toBe('running');
      expect(await test.queue.renew(test.em, [running])).toEqual(['cancel']);
      for (const index of [2, 5]) expect(await cancel(ids[index]!)).toBe('waiting');
      expect(await cancel(ids[2]!)).toBe('over');
      expect(await cancel(newId())).toBe('over');
      const settled = [await test.queue.claimAbandoned(test.em), await test.queue.claimAbandoned(test.em)];
      expect(new Set(settled.map((claim) => claim?.id))).toEqual(new Set([ids[2], ids[5]]));
      expect(settled[0]).toMatchObject({ task: 'settle', epoch: 1 });
      const rest = [ids[1]!, ids[3]!, ids[4]!];
      const positions = await test.queue.findPositions(test.em, ids);
      expect(Object.fromEntries(positions)).toEqual(Object.fromEntries(rest.map((id, index) => [id, index + 1])));
      const last = await test.add(userId);
      expect((await test.queue.findPositions(test.em, [last])).get(last)).toBe(4);
      expect(await test.drain()).toEqual([...rest, last]);
    });

    it('gives back what was not begun, to the head of its user', async () => {
      await using test = await QueueTest.start(database.url);
      const userId = newId();
      const ids = [await test.add(userId), await test.add(userId)];
      const claim = (await test.queue.claim(test.em))!;
      await test.queue.release(test.em, claim);
      expect(await test.queue.count(test.em)).toEqual({ waiting: 2, running: 0 });
      const again = (await test.queue.claim(test.em))!;
      expect(again).toMatchObject({ id: ids[0], epoch: 2, task: 'run' });
      await test.finish(again);
      expect(await test.drain()).toEqual([ids[1]]);
    });

    it('claims nothing of a closed or busy lane, and shows the places of those who wait there', async () => {
      await using test = await QueueTest.start(database.url);
      const [ann, bob] = createUsers(2) as [string, string];
      const away = [await test.add(ann, 'away'), await test.add(ann, 'away'), await test.add(bob, 'away')] as const;
      const here = await test.add(ann, 'here');
      await test.queue.closeLane(test.em, 'away', 60_000);
      const positions = await test.queue.findPositions(test.em, [...away, here]);
      expect([...away, here].map((id) => positions.get(id))).toEqual([1, 3, 2, 1]);
      expect(await test.queue.claim(test.em, { busyLanes: ['here'] })).toBeNull();
      expect(await test.drain()).toEqual([here]);
      test.pass(60_000);
      // Ann was served lately in the other lane.
      expect((await test.queue.claim(test.em))?.id).toBe(away[2]);
      await test.queue.closeLane(test.em, 'away', 60_000);
      expect(await test.queue.claim(test.em)).toBeNull();
      await test.queue.closeLane(test.em, 'away', 0);
      expect(await test.drain()).toEqual([away[0], away[1]]);
    });

    it('takes over at once what ran when no other instance can be at work', async () => {
      await using test = await QueueTest.start(database.url);
      const id = await test.add(newId());
      await test.queue.claim(test.em);
      await test.queue.abandonAll(test.em);
      expect(await test.queue.claimAbandoned(test.em)).toMatchObject({ id, epoch: 2, task: 'recover' });
    });

    it('forgets users who have had no job for long, and nobody else', async () => {
      await using test = await QueueTest.start(database.url);
      const [idle, waiting, late] = createUsers(3) as [string, string, string];
      await test.add(idle);
      await test.drain();
      await test.add(waiting);
      test.pass(1_000);
      await test.queue.forgetIdleUsers(test.em, 999);
      await test.add(late);
      const rows = await test.em.execute<{ user_id: string }[]>('select user_id from code_executor.job_user');
      expect(new Set(rows.map(({ user_id }) => user_id))).toEqual(new Set([waiting, late]));
      await test.add(idle);
      expect(await test.drain()).toHaveLength(3);
    });
  });
}

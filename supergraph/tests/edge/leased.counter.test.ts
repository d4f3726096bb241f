import * as fc from '@vibecode/platform/testing/property';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { LeasedCounter, type SharedCounter } from '../../src/edge/leased.counter.ts';

/** Counts what it is asked, and answers later, as another process does. */
function createShared(capacity: number, durationS = 60) {
  const memory = new RateLimiterMemory({ points: capacity, duration: durationS });
  const shared = {
    asked: 0,
    async consume(key: string, points?: number) {
      shared.asked += 1;
      await new Promise(setImmediate);
      return memory.consume(key, points);
    },
    reward: (key: string, points?: number) => memory.reward(key, points),
  };
  return shared;
}

async function isAdmitted(counter: SharedCounter, points = 1): Promise<boolean> {
  try {
    await counter.consume('user:ann', points);
    return true;
  } catch (refused) {
    expect(refused).toBeInstanceOf(RateLimiterRes);
    return false;
  }
}

test('one worker alone admits exactly the capacity, and asks for a small part of it', async () => {
  const shared = createShared(1_000);
  const counter = new LeasedCounter(shared, 1_000);
  let admitted = 0;
  for (let request = 0; request < 1_200; request += 1) if (await isAdmitted(counter)) admitted += 1;
  expect(admitted).toBe(1_000);
  expect(shared.asked).toBeLessThan(450);
});

test('whatever the workers ask at once, the capacity is never passed, and at most the leases are refused early', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ worker: fc.nat(3), points: fc.integer({ min: 1, max: 3 }), waits: fc.boolean() }), {
        maxLength: 500,
      }),
      async (capacity, workers, requests) => {
        const shared = createShared(capacity);
        const counters = Array.from({ length: workers }, () => new LeasedCounter(shared, capacity));
        let points = 0;
        const underWay: Promise<void>[] = [];
        for (const request of requests) {
          const counter = counters[request.worker % workers] as LeasedCounter;
          const asked = isAdmitted(counter, request.points).then((admitted) => {
            if (admitted) points += request.points;
          });
          underWay.push(asked);
          if (request.waits) await asked;
        }
        await Promise.all(underWay);
        expect(points).toBeLessThanOrEqual(capacity);
        const asked = requests.reduce((sum, request) => sum + request.points, 0);
        if (asked <= capacity * (7 / 8) - 3) expect(points).toBe(asked);
      },
    ),
  );
});

test('a batch that another worker has made too large is given back', async () => {
  const shared = createShared(100);
  const counter = new LeasedCounter(shared, 100);
  await counter.consume('user:ann');
  await shared.consume('user:ann', 97);
  // The next batch would be 3 points, and 2 are left.
  expect(await isAdmitted(counter)).toBe(true);
  expect(await isAdmitted(counter)).toBe(true);
  expect(await isAdmitted(counter)).toBe(false);
});

test('a lease is not taken into the next window', async () => {
  let nowMs = 0;
  const windows: number[] = [];
  const shared: SharedCounter = {
    async consume(_key, points = 1) {
      windows.push(points);
      return new RateLimiterRes(100 - points, 1_000, points, false);
    },
    reward: () => Promise.reject(new Error('nothing was refused')),
  };
  const counter = new LeasedCounter(shared, 100, () => nowMs);
  await counter.consume('user:ann');
  await counter.consume('user:ann');
  await counter.consume('user:ann');
  expect(windows).toEqual([1, 3]);
  nowMs = 1_500;
  await counter.consume('user:ann');
  expect(windows).toEqual([1, 3, 1]);
});

test('what is left of a lease does not outlive a window that ends while more is asked for', async () => {
  let nowMs = 0;
  const asked: number[] = [];
  const answers: (() => void)[] = [];
  const shared: SharedCounter = {
    async consume(_key, points = 1) {
      asked.push(points);
      if (nowMs > 0) await new Promise<void>((resolve) => answers.push(resolve));
      return new RateLimiterRes(100 - points, 1_000, points, false);
    },
    reward: () => Promise.reject(new Error('nothing was refused')),
  };
  const counter = new LeasedCounter(shared, 100, () => nowMs);
  await counter.consume('user:ann');
  await counter.consume('user:ann');
  nowMs = 999;
  // Two are left, and three are asked for.
  const three = counter.consume('user:ann', 3);
  nowMs = 1_001;
  const one = counter.consume('user:ann');
  answers.shift()?.();
  await three;
  await new Promise(setImmediate);
  expect(asked).toEqual([1, 3, 3, 3]);
  answers.shift()?.();
  await one;
});

test('the headers count what is left for this worker', async () => {
  const counter = new LeasedCounter(createShared(100), 100);
  const left = [];
  for (let request = 0; request < 20; request += 1) left.push((await counter.consume('user:ann')).remainingPoints);
  expect(left).toEqual(Array.from({ length: 20 }, (_, index) => 99 - index));
});

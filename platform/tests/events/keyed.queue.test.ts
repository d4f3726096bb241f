import { KeyedQueue } from '../../src/events/keyed.queue.ts';
import * as fc from '../../src/testing/property.ts';

describe('KeyedQueue', () => {
  it('keeps the order of each key and never runs more than its limit, whatever the tasks do', async () => {
    const tasks = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), fails: fc.boolean() }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tasks, fc.integer({ min: 1, max: 4 }), async (scheduler, tasks, limit) => {
        const queue = new KeyedQueue(limit);
        const ran: Record<string, number[]> = { a: [], b: [], c: [] };
        let running = 0;
        const results = tasks.map(({ key, fails }, index) =>
          queue.run(key, async () => {
            running += 1;
            expect(running).toBeLessThanOrEqual(limit);
            await scheduler.schedule(Promise.resolve());
            running -= 1;
            ran[key]?.push(index);
            if (fails) throw new Error(`task ${index}`);
            return index;
          }),
        );
        const settled = Promise.allSettled(results);
        await scheduler.waitFor(settled);
        for (const order of Object.values(ran)) expect(order).toEqual([...order].sort((a, b) => a - b));
        expect((await settled).map((result) => result.status === 'rejected')).toEqual(tasks.map(({ fails }) => fails));
        await queue.idle();
      }),
    );
  });
});

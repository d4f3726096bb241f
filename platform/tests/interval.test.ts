import { startInterval } from '../src/interval.ts';
import { createLog } from '../src/log.ts';

const log = createLog({ service: 'test', level: 'silent' });

describe('startInterval', () => {
  it('runs one at a time, goes on after a failure, and waits for the run in work when disposed', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    let ended = 0;
    const enough = Promise.withResolvers<void>();
    {
      await using _ = startInterval(
        'test.run',
        1,
        async () => {
          const startedMs = Date.now();
          running += 1;
          most = Math.max(most, running);
          runs += 1;
          // Longer than the interval, by whole turns of the event loop in which its timer may fire.
          while (Date.now() - startedMs < 3) await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          ended += 1;
          if (runs === 5) enough.resolve();
          throw new Error('every time');
        },
        log,
      );
      await enough.promise;
    }
    expect(most).toBe(1);
    expect(ended).toBe(runs);
  });
});

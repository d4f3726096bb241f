import { stopInOrder } from '../../src/gateway/orderly.stop.ts';
import { observeLog } from '../support/source.fixture.ts';

describe('the stop of a gateway process', () => {
  it('is a success once all has been let go', async () => {
    const { log, lines } = observeLog();
    let isStopped = false;
    const running = {
      async [Symbol.asyncDispose]() {
        isStopped = true;
      },
    };
    expect(await stopInOrder(running, log)).toBe(0);
    expect(isStopped).toBe(true);
    expect(lines).toEqual([]);
  });

  it('that fails is logged, with what may have been lost', async () => {
    const { log, lines } = observeLog();
    const running = { [Symbol.asyncDispose]: () => Promise.reject(new Error('a worker ended first')) };
    expect(await stopInOrder(running, log)).toBe(1);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'ERROR',
        action: 'gateway.stop-failed',
        message: 'The gateway could not stop in order. Requests in flight may have been cut off.',
        error: { message: 'a worker ended first' },
      },
    ]);
  });
});

import { once } from 'node:events';
import * as fc from '@vibecode/platform/testing/property';
import { RetryBudget } from '../../src/traffic/retry.budget.ts';
import { ask, sayHello, startGreeterGraph, startUpstream } from './traffic.fixture.ts';

describe('a retry budget', () => {
  it('allows its reserve and its share of the requests in the window, and no more', () => {
    const arbitrary = {
      steps: fc.array(fc.record({ afterMs: fc.nat(400), isRetry: fc.boolean() }), { maxLength: 200 }),
      minPerSecond: fc.nat(3),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    };
    fc.assert(
      fc.property(arbitrary.steps, arbitrary.minPerSecond, arbitrary.share, (steps, minPerSecond, retryShare) => {
        let nowMs = 0;
        const budget = new RetryBudget({ minPerSecond, ttlMs: 1_000, retryShare }, () => nowMs);
        const requests: number[] = [];
        const retries: number[] = [];
        for (const { afterMs, isRetry } of steps) {
          nowMs += afterMs;
          if (!isRetry) {
            budget.deposit();
            requests.push(nowMs);
          } else if (budget.withdraw()) retries.push(nowMs);
          const windowStart = (Math.floor(nowMs / 100) - 9) * 100;
          const within = (times: number[]) => times.filter((time) => time >= windowStart).length;
          // What was earned may have left the window before what was bought with it: twice the window bounds it.
          const earned = requests.filter((time) => time >= windowStart - 1_000).length;
          expect(within(retries)).toBeLessThanOrEqual(2 * minPerSecond + earned * retryShare + 1e-9);
        }
      }),
    );
  });

  it('forgets after its time', () => {
    let nowMs = 0;
    const budget = new RetryBudget({ minPerSecond: 0, ttlMs: 1_000, retryShare: 1 }, () => nowMs);
    expect(budget.withdraw()).toBe(false);
    budget.deposit();
    nowMs = 999;
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]);
    nowMs = 5_000;
    budget.deposit();
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]);
  });
});

describe('retries', () => {
  it('ask again what got no answer, and what was answered by 502, 503 or 504', async () => {
    await using upstream = await startUpstream((one, index) => {
      if (index === 0) one.request.socket.destroy();
      else if (index < 3) one.response.writeHead(501 + index).end();
      else sayHello(one);
    });
    const config = 'traffic_shaping: { all: { retry: { attempts: 3, backoff: 1ms } } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    expect(upstream.received).toHaveLength(4);
  });

  it('never ask a mutation again, and nothing that was answered', async () => {
    await using upstream = await startUpstream((one, index) => {
      if (index === 0) one.request.socket.destroy();
      else one.response.writeHead(500).end('{}');
    });
    const config = 'traffic_shaping: { all: { experimental_retry: { retry_percent: 1 } } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    expect((await graph.query('mutation { change }')).errors).toHaveLength(1);
    expect((await graph.query('{ hello }')).errors).toHaveLength(1);
    expect(upstream.received).toHaveLength(2);
  });

  it('share the time of the operation, and an attempt may have less of it', async () => {
    await using upstream = await startUpstream((one, index) => {
      if (index > 0) sayHello(one);
    });
    const config = 'traffic_shaping: { all: { timeout: 20s, retry: { attempt_timeout: 500ms, backoff: 1ms } } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    const answer = graph.query('{ hello }');
    await once((await upstream.request(0)).response, 'close');
    expect(await answer).toEqual({ data: { hello: 'hi' } });
  });

  it('end with the budget', async () => {
    await using upstream = await startUpstream(({ response }) => response.writeHead(503).end());
    const config =
      'traffic_shaping: { all: { retry: { attempts: 10, backoff: 1ms, min_per_sec: 0, retry_percent: 2 } } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    await graph.query('{ hello }');
    expect(upstream.received).toHaveLength(3);
  });

  it('stop when the client goes away', async () => {
    await using upstream = await startUpstream(({ response }) => response.writeHead(503).end());
    const config = 'traffic_shaping: { all: { retry: { attempts: 10, backoff: 1h } } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    const { cancel, answered } = ask(graph.url, '{ hello }');
    await upstream.request(0);
    cancel();
    await expect(answered).rejects.toThrow();
    expect(upstream.received).toHaveLength(1);
  });
});

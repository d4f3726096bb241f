import * as fc from '@vibecode/platform/testing/property';
import { type BreakerSettings, CircuitBreaker } from '../../src/traffic/circuit.breaker.ts';
import { ask, sayHello, startGreeterGraph, startUpstream } from './traffic.fixture.ts';

const settings: BreakerSettings = {
  consecutiveFailures: null,
  failureRate: 0.5,
  windowSize: 10,
  minRequests: 4,
  openMs: 1_000,
};

describe('a circuit breaker', () => {
  it('opens at the failure rate, lets one probe through after its time, and closes when that succeeds', () => {
    let nowMs = 0;
    const breaker = new CircuitBreaker(settings, () => nowMs);
    for (const outcome of ['success', 'failure', 'success', 'failure'] as const) {
      expect(breaker.admit()).toBe(true);
      breaker.record(outcome);
    }
    expect(breaker.admit()).toBe(false);
    nowMs = 1_000;
    expect([breaker.admit(), breaker.admit()]).toEqual([true, false]);
    breaker.record('failure');
    nowMs = 1_999;
    expect(breaker.admit()).toBe(false);
    nowMs = 2_000;
    expect(breaker.admit()).toBe(true);
    breaker.record('success');
    expect([breaker.admit(), breaker.admit()]).toEqual([true, true]);
  });

  it('learns nothing from a probe that was cancelled: the next call is the probe', () => {
    let nowMs = 0;
    const breaker = new CircuitBreaker({ ...settings, consecutiveFailures: 1 }, () => nowMs);
    breaker.admit();
    breaker.record('failure');
    nowMs = 1_000;
    expect(breaker.admit()).toBe(true);
    breaker.record('none');
    expect([breaker.admit(), breaker.admit()]).toEqual([true, false]);
  });

  it('is open exactly when a window of outcomes reached the share', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (outcomes) => {
        const breaker = new CircuitBreaker(settings, () => 0);
        let hasOpened = false;
        for (const [index, hasFailed] of outcomes.entries()) {
          expect(breaker.admit()).toBe(!hasOpened);
          if (hasOpened) return;
          breaker.record(hasFailed ? 'failure' : 'success');
          const window = outcomes.slice(Math.max(0, index - 9), index + 1);
          const share = window.filter(Boolean).length / window.length;
          hasOpened = hasFailed && window.length >= 4 && share >= 0.5;
        }
      }),
    );
  });
});

describe('circuit_breaker', () => {
  it('leaves a failing subgraph alone, tries it with one request, and goes on when that is answered', async () => {
    let isBroken = true;
    await using upstream = await startUpstream((one) => {
      if (!isBroken) return;
      one.response.statusCode = 500;
      one.response.end('out of order');
    });
    const config = `circuit_breaker: { all: { enabled: false }, subgraphs: { greeter: { consecutive_failures: 2, open_duration: 300ms } } }
traffic_shaping: { all: { deduplicate_query: false } }`;
    await using graph = await startGreeterGraph(upstream.url, config);
    const codeOf = async () => (await graph.query('{ hello }')).errors?.[0]?.extensions;
    expect(await codeOf()).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', http: { status: 500 } });
    expect(await codeOf()).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR' });
    expect(await codeOf()).toMatchObject({ code: 'CIRCUIT_BREAKER_OPEN', service: 'greeter' });
    expect(upstream.received).toHaveLength(2);
    isBroken = false;
    // Once it is half-open, one request is on its way and all others are refused.
    const probe = await (async () => {
      for (;;) {
        const { answered } = ask(graph.url, '{ hello }');
        const refused = await Promise.race([answered, upstream.request(2).then(() => null)]);
        if (!refused) return { answered };
        expect(refused.body.errors?.[0]?.extensions?.code).toBe('CIRCUIT_BREAKER_OPEN');
      }
    })();
    expect(await codeOf()).toMatchObject({ code: 'CIRCUIT_BREAKER_OPEN' });
    sayHello(await upstream.request(2));
    expect((await probe.answered).body).toEqual({ data: { hello: 'hi' } });
    const after = ask(graph.url, '{ hello }');
    sayHello(await upstream.request(3));
    expect((await after.answered).body).toEqual({ data: { hello: 'hi' } });
  });
});

import { once } from 'node:events';
import type { RequestContext } from '../../src/request/context.ts';
import type { OperationType } from '../../src/request/message.ts';
import { createSubgraphClient } from '../../src/traffic/subgraph.client.ts';
import { defaultTraffic, type SubgraphTraffic } from '../../src/traffic/subgraph.traffic.ts';
import { sayHello, startUpstream, type Upstream } from './traffic.fixture.ts';

function connect({ url }: Upstream, traffic: Partial<SubgraphTraffic>) {
  const client = createSubgraphClient({
    urls: new Map([['greeter', url]]),
    trafficOf: () => ({ ...defaultTraffic, deduplicate: false, ...traffic }),
  });
  const fetch = (query: string, kind: OperationType = 'query', signal = new AbortController().signal) => {
    const context: RequestContext = { id: 'test', headers: {}, identity: null, signal };
    return client.fetch({ subgraph: 'greeter', query, kind }, context);
  };
  return { fetch, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

describe('requests that wait for a connection', () => {
  it('are not sent any more once they are given up', async () => {
    await using upstream = await startUpstream(() => undefined);
    await using client = connect(upstream, { maxConnections: 1 });
    const first = client.fetch('{ hello }');
    await upstream.request(0);
    const cancel = new AbortController();
    const second = client.fetch('mutation { change }', 'mutation', cancel.signal);
    const third = client.fetch('{ again: hello }');
    cancel.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    sayHello(await upstream.request(0));
    const next = await upstream.request(1);
    expect(next.body.toString()).toContain('again');
    sayHello(next);
    expect(await Promise.all([first, third])).toMatchObject([{ data: { hello: 'hi' } }, { data: { hello: 'hi' } }]);
    expect(upstream.received).toHaveLength(2);
  });

  it('are bounded in number', async () => {
    await using upstream = await startUpstream(() => undefined);
    await using client = connect(upstream, { maxPending: 1 });
    const first = client.fetch('{ hello }');
    expect((await client.fetch('{ hello }')).errors?.[0]?.extensions).toMatchObject({
      code: 'REQUEST_CONCURRENCY_LIMITED',
      service: 'greeter',
    });
    sayHello(await upstream.request(0));
    expect((await first).data).toMatchObject({ hello: 'hi' });
    const second = client.fetch('{ hello }');
    sayHello(await upstream.request(1));
    expect((await second).data).toMatchObject({ hello: 'hi' });
  });
});

describe('an answer', () => {
  it('over the size limit is cancelled while it comes', async () => {
    await using upstream = await startUpstream(({ response }) => response.write('x'.repeat(2_000)));
    await using client = connect(upstream, { responseLimitBytes: 1_000 });
    const answer = client.fetch('{ hello }');
    await once((await upstream.request(0)).response, 'close');
    expect((await answer).errors?.[0]?.extensions).toMatchObject({ reason: 'an answer over 1000 bytes' });
  });
});

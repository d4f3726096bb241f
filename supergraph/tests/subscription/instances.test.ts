import { createLog } from '@vibecode/platform/log';
import { createCore } from '../../src/pipeline/core.ts';
import { loadSupergraph } from '../../src/pipeline/supergraph.ts';
import type { SubgraphTransport } from '../../src/request/context.ts';
import type { GraphQLResult } from '../../src/request/message.ts';
import { toSubscriptionSettings } from '../../src/subscription/subscription.settings.ts';
import { createSubscriptions } from '../../src/subscription/subscription.ts';
import { createUpstreams } from '../../src/subscription/upstream.choice.ts';
import { Feed, feedSchema } from './feed.fixture.ts';
import { startSubgraph } from './feed.servers.ts';
import { composeFeed, findFreePort, seqsOf, take } from './subscription.fixture.ts';

/** The feed as several instances over one log, the way discovery tells of them: by their URLs. */
async function startInstances(count: number) {
  await using started = new AsyncDisposableStack();
  const feed = new Feed();
  const instances = [];
  for (let n = 0; n < count; n += 1) instances.push(started.use(await startSubgraph(feedSchema(feed), { feed })));
  const urls = instances.map(({ url }) => url);
  const log = createLog({ service: 'gateway', level: 'silent' });
  const settings = toSubscriptionSettings(null);
  const transport: SubgraphTransport = { fetch: async () => ({ errors: [{ message: 'No plan here has a rest.' }] }) };
  const upstreams = started.use(createUpstreams({ urlsOf: () => urls, settings: () => settings, transport }));
  const subscriptions = started.use(createSubscriptions({ log, transport, upstreams, settings: () => settings }));
  const supergraph = loadSupergraph(composeFeed('http://feed.invalid/graphql', 'http://users.invalid/graphql'));
  const core = createCore({ supergraph, transport, log, subscribe: subscriptions.startAt(() => undefined) });
  const owned = started.move();
  return {
    feed,
    instances,
    urls,
    async subscribe(query: string): Promise<AsyncIterator<GraphQLResult>> {
      const context = { id: '1', headers: {}, identity: null, signal: new AbortController().signal };
      const stream = await core.subscribe({ query }, context);
      if (!('attach' in stream)) throw new Error(JSON.stringify(stream.errors));
      return stream[Symbol.asyncIterator]();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe('a subgraph with several instances', () => {
  it('goes on at another one when an instance dies, without gap or duplicate', async () => {
    await using test = await startInstances(3);
    const events = await test.subscribe('subscription { posted { seq } }');
    test.feed.post('hello', 3);
    expect(seqsOf(await take(events, 3))).toEqual([1, 2, 3]);
    for (const instance of test.instances.slice(0, 2)) {
      await instance.kill();
      test.feed.post('meanwhile', 2);
    }
    expect(seqsOf(await take(events, 4))).toEqual([4, 5, 6, 7]);
    expect(test.feed.state.open).toBe(1);
  });

  it('is asked at another one when the first cannot be reached, even where nothing can be resumed', async () => {
    await using test = await startInstances(1);
    test.urls.unshift(`http://127.0.0.1:${await findFreePort()}/graphql`);
    test.feed.post('hello');
    const events = await test.subscribe('subscription { posted: two { seq } }');
    expect(seqsOf(await take(events, 1))).toEqual([1]);
  });

  it('has its streams spread over all', async () => {
    await using test = await startInstances(2);
    test.feed.post('hello');
    for (let n = 0; n < 6; n += 1) {
      const events = await test.subscribe(`subscription S${n} { posted { seq } }`);
      await take(events, 1);
    }
    expect(test.feed.state.connections).toHaveLength(2);
    await test.instances[0]?.kill();
    await test.feed.until(({ askedAfter, open }) => askedAfter.length === 9 && open === 6);
    expect(test.feed.state.askedAfter).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1]);
  });

  it('says so when it has none', async () => {
    await using test = await startInstances(0);
    const events = await test.subscribe('subscription { posted { seq } }');
    expect(await take(events, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBREQUEST_WS_ERROR', reason: 'it has no instance' } }] },
    ]);
  });
});

import type { GatewayOptions } from '../../src/gateway/gateway.ts';
import { connectSlowly } from '../support/slow.client.ts';
import { connect, seqsOf, startFeed, take } from './subscription.fixture.ts';

const byUser: GatewayOptions['hooks'] = {
  identify: (_headers, params) => {
    const user = String(params?.user);
    return { key: user, subject: user, token: user, scopes: [], claims: {} };
  },
  subgraphHeaders: (_request, { extensions }) => ({ 'x-agent': String(extensions?.agent ?? '') }),
};
const HEARD = { query: 'subscription { posted: heard(afterSeq: 0) { seq } }' };
const POSTED = { query: 'subscription { posted { seq } }' };

/** How often the subgraph was asked when these have all subscribed and had an event, one after the other. */
async function countAsked(configText: string, asks: readonly (readonly [user: string, agent: string])[]) {
  await using test = await startFeed({ configText, hooks: byUser });
  await using clients = new AsyncDisposableStack();
  test.feed.post('first', 2);
  for (const [user, agent] of asks) {
    const client = clients.use(connect(test.socketUrl, { user }));
    const posted = client.iterate({ ...HEARD, extensions: { agent } }).next();
    // Its answer says that the one before has been begun, or has joined another.
    await take(client.iterate({ query: 'subscription { two { seq } }', extensions: { agent } }), 3);
    test.feed.post('hello');
    await posted;
  }
  return test.feed.state.askedAfter.length - asks.length;
}

describe('equal subscriptions', () => {
  it('share an operation at the subgraph, when identity and headers are the same', async () => {
    expect(
      await countAsked('', [
        ['ann', 'x'],
        ['ann', 'x'],
        ['ann', 'x'],
      ]),
    ).toBe(1);
    expect(
      await countAsked('', [
        ['ann', 'x'],
        ['bob', 'x'],
      ]),
    ).toBe(2);
    expect(
      await countAsked('', [
        ['ann', 'x'],
        ['ann', 'y'],
      ]),
    ).toBe(2);
  });

  it('are told apart by no more than the configuration says', async () => {
    const off = 'subscription: { deduplication: { all: { enabled: true }, subgraphs: { feed: { enabled: false } } } }';
    expect(
      await countAsked(off, [
        ['ann', 'x'],
        ['ann', 'x'],
      ]),
    ).toBe(2);
    const agents = 'subscription: { deduplication: { all: { ignored_headers: [X-Agent] } } }';
    expect(
      await countAsked(agents, [
        ['ann', 'x'],
        ['ann', 'y'],
        ['bob', 'x'],
      ]),
    ).toBe(2);
    const everybody =
      'subscription: { deduplication: { subgraphs: { feed: { ignored_headers: [x-agent], ignore_auth_context: true } } } }';
    expect(
      await countAsked(everybody, [
        ['ann', 'x'],
        ['bob', 'y'],
      ]),
    ).toBe(1);
  });

  it('are independent: one that comes late gets the past it asked for, one that stops or lags ends no other', async () => {
    await using test = await startFeed();
    await using quick = connect(test.socketUrl);
    await using slow = await connectSlowly(test.socketUrl);
    const query = 'subscription { posted { seq text } }';
    slow.subscribe('s', query);
    const events = quick.iterate({ query });
    const first = events.next();
    await test.feed.until(({ open }) => open === 1);
    const big = 'x'.repeat(500_000);
    test.feed.post(big);
    await first;
    expect(test.feed.state.askedAfter).toEqual([0]);
    await slow.until((messages) => messages.length === 2);
    slow.stopReading();
    test.feed.post(big, 50);
    expect(seqsOf(await take(events, 50)).at(-1)).toBe(51);
    await using late = connect(test.socketUrl);
    const latecomer = late.iterate(POSTED);
    expect(seqsOf(await take(latecomer, 51))).toEqual(Array.from({ length: 51 }, (_, index) => index + 1));
    await events.return?.();
    slow.goOnReading();
    await slow.until((messages) => messages.length === 52);
    test.feed.post('end');
    await slow.until((messages) => messages.length === 53);
    expect(seqsOf(await take(latecomer, 1))).toEqual([52]);
    const seqs = slow.messages.slice(1).map(({ payload }) => seqsOf([payload])[0]);
    expect(seqs).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
  });
});

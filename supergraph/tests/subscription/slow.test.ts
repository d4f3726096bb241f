import { connectSlowly, type SlowClient } from '../support/slow.client.ts';
import { connect, seqsOf, startFeed, take } from './subscription.fixture.ts';

const BIG = 'x'.repeat(500_000);
/** More than the network between two sockets of one machine, the gateway's buffer and its queue hold together. */
const MANY = 60;

const postsOf = ({ messages }: SlowClient, id = 's') =>
  messages.flatMap((message) =>
    message.id === id && message.type === 'next'
      ? [(message.payload as { data?: { posted?: { seq: number } } }).data?.posted?.seq]
      : [],
  );
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => index + first);

const PROMETHEUS = 'telemetry: { exporters: { metrics: { prometheus: { enabled: true } } } }';

async function untilMetric(gatewayUrl: string, line: string): Promise<void> {
  let metrics: string;
  do metrics = await (await fetch(`${gatewayUrl}/metrics`)).text();
  while (!metrics.includes(line));
}

describe('a client that is too slow', () => {
  it('gets every event once and in order, slows nobody, and costs the gateway a bounded queue', async () => {
    await using test = await startFeed();
    await using slow = await connectSlowly(test.socketUrl);
    await using quick = connect(test.socketUrl);
    slow.subscribe('s', 'subscription { posted { seq text } }');
    const events = quick.iterate({ query: 'subscription { posted { seq text } }' });
    const all = take(events, MANY + 1);
    await test.feed.until(({ open }) => open > 0);
    test.feed.post(BIG);
    await slow.until(() => postsOf(slow).length === 1);
    slow.stopReading();
    test.feed.post(BIG, MANY);
    expect(seqsOf(await all)).toEqual(upTo(MANY + 1));
    slow.goOnReading();
    await slow.until(() => postsOf(slow).length === MANY + 1);
    expect(postsOf(slow)).toEqual(upTo(MANY + 1));
    // It was let go of, and asked for the rest when it had caught up.
    expect(test.feed.state.askedAfter.at(-1)).toBeGreaterThan(1);
  });

  it('ends with SUBSCRIPTION_TOO_SLOW where the field cannot be resumed, after the events that it was given', async () => {
    await using test = await startFeed();
    await using slow = await connectSlowly(test.socketUrl);
    slow.subscribe('s', 'subscription { posted: heard { seq text } }');
    await test.feed.until(({ open }) => open === 1);
    slow.stopReading();
    test.feed.post(BIG, MANY);
    await test.feed.until(({ open }) => open === 0);
    slow.goOnReading();
    await slow.until((messages) => messages.some(({ type }) => type === 'complete'));
    const seqs = postsOf(slow).filter((seq) => seq !== undefined);
    expect(seqs).toEqual(upTo(seqs.length));
    expect(slow.messages.at(-2)).toMatchObject({
      payload: { errors: [{ extensions: { code: 'SUBSCRIPTION_TOO_SLOW' } }] },
    });
  });

  it('is given up after a time, and told from where to go on', async () => {
    await using test = await startFeed({ configText: `subscription: { slow_client_timeout: 200ms }\n${PROMETHEUS}` });
    await using slow = await connectSlowly(test.socketUrl);
    // It does not select the cursor.
    slow.subscribe('s', 'subscription { posted { text } }');
    await test.feed.until(({ open }) => open === 1);
    slow.stopReading();
    test.feed.post(BIG, MANY);
    await test.feed.until(({ open }) => open === 0);
    await untilMetric(test.gateway.url, 'gateway_subscription_too_slow_total 1');
    slow.goOnReading();
    await slow.until((messages) => messages.some(({ type }) => type === 'complete'));
    const given = slow.messages.filter(({ type }) => type === 'next').length - 1;
    expect(slow.messages.at(-2)).toMatchObject({
      payload: { errors: [{ extensions: { code: 'SUBSCRIPTION_TOO_SLOW', resumeAfterSeq: given } }] },
    });
    slow.subscribe('again', `subscription { posted(afterSeq: ${given}) { seq } }`);
    await slow.until(() => postsOf(slow, 'again').length === MANY - given);
    expect(postsOf(slow, 'again')).toEqual(upTo(MANY, given + 1));
  });

  it('gets what it missed although the subgraph was away when it had caught up', async () => {
    await using test = await startFeed();
    await using slow = await connectSlowly(test.socketUrl);
    slow.subscribe('s', 'subscription { posted { seq text } }');
    await test.feed.until(({ open }) => open === 1);
    slow.stopReading();
    test.feed.post(BIG, MANY);
    await test.feed.until(({ open }) => open === 0);
    await test.killFeed();
    slow.goOnReading();
    // More often than a subgraph is looked for that was never asked.
    await test.refuseFeed(6);
    await test.restartFeed();
    await slow.until(({ length }) => length === MANY + 1);
    expect(postsOf(slow)).toEqual(upTo(MANY));
  });
});

import { setImmediate } from 'node:timers/promises';
import { parse, print } from 'graphql';
import type { GatewayOptions } from '../../src/gateway/gateway.ts';
import type { Identity } from '../../src/request/context.ts';
import { connectSlowly } from '../support/slow.client.ts';
import { NEXT_FEED } from './feed.fixture.ts';
import { connect, SHORT_LIFETIME_MS, seqsOf, startFeed, take } from './subscription.fixture.ts';

const WITH_NAME = 'subscription { posted { seq author { name } } }';

/** Waits until the gateway has taken over a changed file. */
async function untilReloaded(gateway: { readonly core: unknown }, before: unknown): Promise<void> {
  while (gateway.core === before) await setImmediate();
}

describe('a new supergraph', () => {
  it('leaves a stream alone whose plan is as before', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    const events = client.iterate({ query: 'subscription { heard { seq } }' });
    test.feed.post('before');
    await take(events, 1);
    const { core } = test.gateway;
    await test.recompose(NEXT_FEED);
    await untilReloaded(test.gateway, core);
    test.feed.post('after');
    expect(await take(events, 1)).toEqual([{ data: { heard: { seq: 2 } } }]);
    expect(test.feed.state.askedAfter).toEqual([0]);
  });

  it('resumes a stream that is planned otherwise, by its new plan, without gap or duplicate', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    const events = client.iterate({ query: WITH_NAME });
    test.feed.post('before', 2);
    await take(events, 2);
    const { core } = test.gateway;
    await test.recompose(NEXT_FEED);
    test.feed.post('meanwhile', 3);
    await untilReloaded(test.gateway, core);
    test.feed.post('after');
    const after = await take(events, 4);
    expect(seqsOf(after)).toEqual([3, 4, 5, 6]);
    expect(after.at(-1)).toEqual({ data: { posted: { seq: 6, author: { name: "the feed's name of u0" } } } });
    expect(test.feed.state.askedAfter.length).toBe(2);
  });

  it('delivers what waits by the old plan first', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    const events = client.iterate({ query: WITH_NAME });
    test.users.change((state) => {
      state.isHeld = true;
    });
    test.feed.post('held', 3);
    const first = events.next();
    await test.users.until(({ asked }) => asked.length === 1);
    const { core } = test.gateway;
    await test.recompose(NEXT_FEED);
    await untilReloaded(test.gateway, core);
    test.feed.post('after');
    test.users.change((state) => {
      state.isHeld = false;
    });
    expect(await first).toMatchObject({ value: { data: { posted: { author: { name: 'name of u1' } } } } });
    expect(seqsOf(await take(events, 3))).toEqual([2, 3, 4]);
  });

  it('ends a stream that is planned otherwise and cannot be resumed, and one that it refuses', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    const lost = client.iterate({ query: 'subscription { heard { seq author { name } } }' });
    const refused = client.iterate({ query: 'subscription { posted { text } }' });
    test.feed.post('before');
    await Promise.all([take(lost, 1), take(refused, 1)]);
    await test.recompose(parse(print(NEXT_FEED).replace('text: String!', 'text: String! @inaccessible')));
    expect(await take(lost, 2)).toMatchObject([{ errors: [{ extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' } }] }]);
    expect(await take(refused, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD', resumeAfterSeq: 1 } }] },
    ]);
  });

  it('is refused when it is broken, and no stream notices', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    const events = client.iterate({ query: 'subscription { posted { seq } }' });
    test.feed.post('before');
    await take(events, 1);
    await test.rewriteSupergraph('type Query { broken');
    test.feed.post('broken');
    expect(seqsOf(await take(events, 1))).toEqual([2]);
    const { core } = test.gateway;
    await test.recompose(NEXT_FEED);
    await untilReloaded(test.gateway, core);
    test.feed.post('after');
    expect(seqsOf(await take(events, 1))).toEqual([3]);
    expect(test.feed.state.askedAfter).toEqual([0]);
  });
});

describe('a new configuration', () => {
  it('takes effect on subscriptions that start from then on, and ends none that it allows', async () => {
    await using test = await startFeed({ configText: 'subscription: { max_per_client: 5 }' });
    await using client = connect(test.socketUrl);
    const events = client.iterate({ query: 'subscription { posted { seq } }' });
    test.feed.post('before');
    await take(events, 1);
    const { core } = test.gateway;
    await test.reconfigure('subscription: { max_per_client: 1 }');
    await untilReloaded(test.gateway, core);
    await expect(client.iterate({ query: 'subscription { heard { seq } }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'SUBSCRIPTION_LIMIT' } },
    ]);
    test.feed.post('after');
    expect(seqsOf(await take(events, 1))).toEqual([2]);
  });

  it('ends subscriptions that are open for too long', async () => {
    await using test = await startFeed({ configText: 'subscription: { max_lifetime: 100ms }' });
    await using client = connect(test.socketUrl);
    expect(await take(client.iterate({ query: 'subscription { posted { seq } }' }), 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBSCRIPTION_MAX_LIFETIME_EXCEEDED' } }] },
    ]);
  });

  it('ends subscriptions where it switches them off', async () => {
    await using test = await startFeed({ configText: 'subscription: { max_lifetime: 1h }' });
    await using client = connect(test.socketUrl);
    const last = take(client.iterate({ query: 'subscription { posted { seq } }' }), 2);
    await test.feed.until(({ open }) => open === 1);
    await test.reconfigure('subscription: { enabled: false }');
    expect(await last).toMatchObject([{ errors: [{ extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' } }] }]);
  });
});

describe('a gateway that stops', () => {
  it('completes its streams, and then closes with 1001', async () => {
    await using test = await startFeed();
    await using client = await connectSlowly(test.socketUrl);
    client.subscribe('a', 'subscription { posted { seq } }');
    client.subscribe('b', 'subscription { heard { seq } }');
    await test.feed.until(({ open }) => open === 2);
    await test.gateway[Symbol.asyncDispose]();
    expect(await client.closed).toBe(1001);
    expect(client.messages.slice(1)).toEqual([
      { id: 'a', type: 'complete' },
      { id: 'b', type: 'complete' },
    ]);
    await test.feed.until(({ open }) => open === 0);
  });
});

describe('whoever signed in', () => {
  const toIdentity = (token: string): Identity => {
    const [subject = '', sessionId, lifetimeMs] = token.split('.');
    const expiresAtMs = startedAtMs + Number(lifetimeMs);
    return { key: token, subject, token, scopes: [], claims: {}, ...(sessionId && { sessionId }), expiresAtMs };
  };
  const startedAtMs = Date.now();
  const hooksWith = (revocations: ((session: string) => void)[]): GatewayOptions['hooks'] => ({
    identify: ({ authorization }) => (authorization ? toIdentity(authorization) : null),
    onRevoked(listener) {
      revocations.push(listener);
      return () => revocations.splice(revocations.indexOf(listener), 1);
    },
  });
  const subscribe = (client: ReturnType<typeof connect>, authorization: string) =>
    client.iterate({ query: 'subscription { posted { seq } }', extensions: { authorization } });

  it('loses streams when the token expires, unless a later operation of the session brings a fresh one', async () => {
    const inMs = (ms: number) => Date.now() - startedAtMs + ms;
    await using test = await startFeed({ hooks: hooksWith([]) });
    await using client = connect(test.socketUrl);
    test.feed.post('hello');
    const renewed = subscribe(client, `ann.s1.${inMs(SHORT_LIFETIME_MS)}`);
    const expired = subscribe(client, `ann.s2.${inMs(SHORT_LIFETIME_MS)}`);
    await Promise.all([take(renewed, 1), take(expired, 1)]);
    await take(client.iterate({ query: '{ ready }', extensions: { authorization: `ann.s1.${inMs(60_000)}` } }), 1);
    expect(await take(expired, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBSCRIPTION_JWT_EXPIRED', resumeAfterSeq: 1 } }] },
    ]);
    test.feed.post('later');
    expect(seqsOf(await take(renewed, 1))).toEqual([2]);
    // What is asked from now on is asked with the fresh token.
    await test.killFeed();
    await test.restartFeed();
    await test.feed.until(({ connections }) => connections.length === 3);
    expect(test.feed.state.connections.at(-1)?.headers.authorization).toMatch(/^Bearer ann\.s1\.[6-9]\d{4}/);
  });

  it('loses the streams of a session as it ends, and no others', async () => {
    const revocations: ((session: string) => void)[] = [];
    await using test = await startFeed({ hooks: hooksWith(revocations) });
    await using client = connect(test.socketUrl);
    test.feed.post('hello');
    const ended = subscribe(client, 'ann.s1.600000');
    const other = subscribe(client, 'ann.s2.600000');
    await Promise.all([take(ended, 1), take(other, 1)]);
    for (const revoke of revocations) revoke('s1');
    expect(await take(ended, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'revoked' } }] },
    ]);
    await test.feed.until(({ open }) => open === 1);
    test.feed.post('later');
    expect(seqsOf(await take(other, 1))).toEqual([2]);
  });
});

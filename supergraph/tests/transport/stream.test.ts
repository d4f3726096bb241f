import { setImmediate } from 'node:timers/promises';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { SHORT_LIFETIME_MS, SOON_MS, startFeed } from '../subscription/subscription.fixture.ts';
import { multipart, openStream, sse, type Wire } from '../support/stream.client.ts';

const POSTED = 'subscription { posted { seq text } }';
const json = { 'content-type': 'application/json' };
const seqsOf = (results: unknown[]) => results.map((result) => (result as Posted).data.posted.seq);
interface Posted {
  readonly data: { readonly posted: { readonly seq: number } };
}

describe.each<Wire>([sse, multipart])('a subscription over $name', ({ accept, contentType, heartbeat, parse, end }) => {
  it('passes events on in order, and stops at the source when the client goes away, however quiet it is', async () => {
    await using test = await startFeed();
    test.feed.post('hello', 2);
    using stream = await openStream(test.url, { query: POSTED }, { accept });
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({ 'content-type': contentType, 'x-accel-buffering': 'no' });
    const text = await stream.until((read) => parse(read).length === 2);
    expect(parse(text)).toEqual([
      { data: { posted: { seq: 1, text: 'hello' } } },
      { data: { posted: { seq: 2, text: 'hello' } } },
    ]);
    stream[Symbol.dispose]();
    const goneAtMs = performance.now();
    await test.feed.until(({ open }) => open === 0);
    expect(performance.now() - goneAtMs).toBeLessThan(SOON_MS);
  });

  it('is heard before the first event, and sends signs of life while there is none', async () => {
    await using test = await startFeed({ heartbeatMs: 5 });
    using stream = await openStream(test.url, { query: POSTED }, { accept });
    await stream.until((text) => text.split(heartbeat).length > 4);
    test.feed.post('hello');
    await stream.until((text) => parse(text).length === 1);
  });

  it('completes events from other subgraphs', async () => {
    await using test = await startFeed();
    test.feed.post('hello');
    using stream = await openStream(test.url, { query: 'subscription { posted { author { name } } }' }, { accept });
    const text = await stream.until((read) => parse(read).length === 1);
    expect(parse(text)).toEqual([{ data: { posted: { author: { name: 'name of u1' } } } }]);
  });

  it('loses nothing for a slow client, and lets no other wait for it', async () => {
    await using test = await startFeed();
    const count = 1_200;
    using slow = await openStream(test.url, { query: POSTED }, { accept });
    using other = await openStream(test.url, { query: 'subscription Other { posted { seq } }' }, { accept });
    await test.feed.until(({ open }) => open === 2);
    slow.pause();
    // In many turns: what one turn brings is written at once, and bounded by itself.
    for (let posted = 0; posted < count; posted += 20) {
      test.feed.post('x'.repeat(16_000), 20);
      await setImmediate();
    }
    await other.untilSeen(`"seq":${count}}`);
    // The gateway has let go of the slow one's upstream, and asks again from where it stopped.
    await test.feed.until(({ open }) => open === 1);
    slow.resume();
    test.feed.post('the last');
    await slow.untilSeen('"the last"');
    const text = await slow.until((read) => parse(read).length === count + 1);
    expect(seqsOf(parse(text))).toEqual(Array.from({ length: count + 1 }, (_, index) => index + 1));
    expect(test.feed.state.askedAfter.length).toBeGreaterThan(2);
  });

  it('loses nothing of many small events that come one by one', async () => {
    await using test = await startFeed();
    using stream = await openStream(test.url, { query: POSTED }, { accept });
    await test.feed.until(({ open }) => open === 1);
    const count = 200;
    for (let seq = 1; seq <= count; seq += 1) {
      test.feed.post(`event ${seq} of many ${'x'.repeat(1_000)}`);
      if (seq % 20 === 0) await stream.untilSeen(`event ${seq} of many`);
    }
    await stream.until((text) => parse(text).length === count);
  });

  it('ends a field that cannot be resumed, when its client is too slow, with an error', async () => {
    await using test = await startFeed();
    using slow = await openStream(test.url, { query: 'subscription { heard { seq text } }' }, { accept });
    await test.feed.until(({ open }) => open === 1);
    slow.pause();
    test.feed.post('x'.repeat(16_000), 1_500);
    await test.feed.until(({ open }) => open === 0);
    slow.resume();
    const text = await slow.end;
    expect(parse(text).at(-1)).toMatchObject({ errors: [{ extensions: { code: 'SUBSCRIPTION_TOO_SLOW' } }] });
    expect(text.endsWith(end)).toBe(true);
  });

  it("ends with the subgraph's error when that refuses", async () => {
    await using test = await startFeed();
    using stream = await openStream(test.url, { query: 'subscription { refused { seq } }' }, { accept });
    const text = await stream.end;
    expect(parse(text)).toMatchObject([{ errors: [{ message: 'Not for you.', path: ['refused'] }] }]);
    expect(text.endsWith(end)).toBe(true);
  });

  it('completes when the gateway stops', async () => {
    await using test = await startFeed();
    test.feed.post('hello');
    using stream = await openStream(test.url, { query: POSTED }, { accept });
    await stream.until((text) => parse(text).length === 1);
    const startedMs = performance.now();
    await test.gateway[Symbol.asyncDispose]();
    expect(performance.now() - startedMs).toBeLessThan(SOON_MS);
    expect((await stream.end).endsWith(end)).toBe(true);
  });

  it('ends with SUBSCRIPTION_JWT_EXPIRED, unless a later request of its session brings a fresh token', async () => {
    const lifetimesMs = new Map([
      ['short', SHORT_LIFETIME_MS],
      ['kept', SHORT_LIFETIME_MS],
      ['fresh', 60_000],
    ]);
    const firstAtMs = new Map<string, number>();
    await using test = await startFeed({
      hooks: {
        identify({ authorization }) {
          const [session = '', token = ''] = (authorization ?? '').slice(7).split('.');
          if (!firstAtMs.has(session)) firstAtMs.set(session, Date.now());
          const expiresAtMs = (firstAtMs.get(session) ?? 0) + (lifetimesMs.get(token) ?? 0);
          return {
            key: `${session}.${token}`,
            subject: session,
            token,
            scopes: [],
            claims: {},
            sessionId: session,
            expiresAtMs,
          };
        },
      },
    });
    const open = (token: string) =>
      openStream(test.url, { query: POSTED }, { accept, headers: { authorization: `Bearer ${token}` } });
    using expiring = await open('a.short');
    using kept = await open('b.kept');
    const headers = { ...json, authorization: 'Bearer b.fresh' };
    await fetch(test.url, { method: 'POST', headers, body: JSON.stringify({ query: '{ ready }' }) });
    expect(parse(await expiring.end)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBSCRIPTION_JWT_EXPIRED' } }] },
    ]);
    test.feed.post('still here');
    await kept.until((text) => parse(text).length === 1);
  });
});

describe('a subscription over HTTP', () => {
  it('is refused where the client takes no stream', async () => {
    await using test = await startFeed();
    for (const accept of [
      'application/json',
      'application/graphql-response+json',
      '*/*',
      'multipart/mixed;deferSpec=20220824, */*',
    ]) {
      const response = await fetch(test.url, {
        method: 'POST',
        headers: { ...json, accept },
        body: JSON.stringify({ query: POSTED }),
      });
      expect([accept, response.status]).toEqual([accept, 406]);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'SUBSCRIPTION_BAD_HEADER' } }] });
    }
    expect(test.feed.state.open).toBe(0);
  });

  it('writes multipart as Apollo Router does, byte by byte', async () => {
    await using test = await startFeed();
    test.feed.post('hello');
    using stream = await openStream(test.url, { query: POSTED }, multipart);
    await stream.until((text) => multipart.parse(text).length === 1);
    await test.gateway[Symbol.asyncDispose]();
    const part = '\r\ncontent-type: application/json\r\n\r\n';
    expect(await stream.end).toBe(
      `\r\n--graphql${part}{}\r\n--graphql${part}{"payload":{"data":{"posted":{"seq":1,"text":"hello"}}}}\r\n--graphql--\r\n`,
    );
  });

  it('brings what ends a multipart stream beside an empty payload', async () => {
    await using test = await startFeed();
    using stream = await openStream(test.url, { query: 'subscription { refused { seq } }' }, multipart);
    expect(await stream.end).toContain('{"payload":null,"errors":[{"message":"Not for you."');
  });

  it('writes server-sent events byte by byte, by GET too', async () => {
    await using test = await startFeed();
    test.feed.post('hello');
    using stream = await openStream(test.url, { query: POSTED }, { accept: sse.accept, method: 'GET' });
    await stream.until((text) => sse.parse(text).length === 1);
    await test.gateway[Symbol.asyncDispose]();
    expect(await stream.end).toBe(
      ':\n\nevent: next\ndata: {"data":{"posted":{"seq":1,"text":"hello"}}}\n\nevent: complete\ndata:\n\n',
    );
  });

  it('shares limits with other transports', async () => {
    await using test = await startFeed({ configText: 'subscription:\n  max_per_client: 1\n' });
    using first = await openStream(test.url, { query: POSTED }, sse);
    expect(first.status).toBe(200);
    const client = createWsClient({ url: test.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
    await expect(client.iterate({ query: POSTED }).next()).rejects.toMatchObject([
      { extensions: { code: 'SUBSCRIPTION_LIMIT' } },
    ]);
    await client.dispose();
    using refused = await openStream(test.url, { query: POSTED }, multipart);
    expect([refused.status, JSON.parse(await refused.end)]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'SUBSCRIPTION_LIMIT' } }] },
    ]);
  });
});

describe('GraphQL over SSE', () => {
  it("serves graphql-sse's own client, queries and subscriptions", async () => {
    await using test = await startFeed();
    const client = createSseClient({ url: test.url, retryAttempts: 0 });
    test.feed.post('hello', 2);
    const results: unknown[] = [];
    for await (const result of client.iterate({ query: '{ ready }' })) results.push(result);
    expect(results).toEqual([{ data: { ready: null } }]);
    const events = client.iterate({ query: POSTED });
    expect((await events.next()).value).toEqual({ data: { posted: { seq: 1, text: 'hello' } } });
    expect((await events.next()).value).toEqual({ data: { posted: { seq: 2, text: 'hello' } } });
    await events.return?.();
    await test.feed.until(({ open }) => open === 0);
  });

  it('reports what is wrong with an operation on the stream, and what is wrong with a request by its status', async () => {
    await using test = await startFeed();
    for (const query of ['{ nope }', '{', 'subscription { nope }']) {
      using stream = await openStream(test.url, { query }, sse);
      expect(stream.status).toBe(200);
      const text = await stream.end;
      expect(sse.parse(text)).toMatchObject([{ errors: [{ message: expect.any(String) }] }]);
      expect(text.endsWith(sse.end)).toBe(true);
    }
    const headers = { ...json, accept: sse.accept };
    expect((await fetch(test.url, { method: 'POST', headers, body: '{' })).status).toBe(400);
    expect((await fetch(test.url, { method: 'PUT', headers })).status).toBe(405);
  });

  it('answers a query in JSON where the client likes that better', async () => {
    await using test = await startFeed();
    for (const [accept, type] of [
      ['application/json, text/event-stream', 'application/json; charset=utf-8'],
      ['text/event-stream;q=0.5, */*', 'application/json; charset=utf-8'],
      ['text/event-stream, application/json', 'text/event-stream; charset=utf-8'],
      [multipart.accept, 'application/graphql-response+json; charset=utf-8'],
      ['multipart/mixed;subscriptionSpec=1.0', multipart.contentType],
    ] as const) {
      using stream = await openStream(test.url, { query: '{ ready }' }, { accept });
      expect([accept, stream.headers['content-type']]).toEqual([accept, type]);
      expect(await stream.end).toContain('{"data":{"ready":null}}');
    }
  });
});

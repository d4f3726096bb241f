import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { SHORT_LIFETIME_MS, SOON_MS, startFeed } from '../subscription/subscription.fixture.ts';
import { openSocket, type RawSocket } from '../support/websocket.client.ts';

const POSTED = 'subscription { posted { seq } }';
const subscribe = (id: string, query: string, extra: object = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, ...extra },
});

async function openAcknowledged(url: string, payload?: object): Promise<RawSocket> {
  const client = await openSocket(url);
  client.send({ type: 'connection_init', payload });
  expect(await client.next()).toEqual({ type: 'connection_ack' });
  return client;
}

// Every demand of https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
describe('the graphql-transport-ws protocol', () => {
  it.each(['', 'graphql-ws', 'something-else'])(
    'closes a socket of the sub-protocol %p with 4406',
    async (protocol) => {
      await using test = await startFeed();
      // The client of ws itself gives up where the server agrees to none of the offered protocols.
      const code = protocol
        ? await closeCodeOf(test.socketUrl, protocol)
        : (await (await openSocket(test.socketUrl, { protocol })).closed).code;
      expect(code).toBe(4406);
    },
  );

  it('acknowledges, with or without a payload, and closes a second initialisation with 4429', async () => {
    await using test = await startFeed();
    using client = await openAcknowledged(test.socketUrl, { authorization: 'Bearer x' });
    client.send({ type: 'connection_init' });
    expect(await client.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  it('closes with 4408 without an initialisation in time', async () => {
    await using test = await startFeed();
    using client = await openSocket(test.socketUrl);
    expect(await client.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  it('closes an operation before the acknowledgement with 4401, and runs nothing that was sent with it', async () => {
    await using test = await startFeed();
    using client = await openSocket(test.socketUrl);
    client.send(subscribe('1', POSTED));
    client.send({ type: 'connection_init' });
    client.send(subscribe('2', POSTED));
    expect(await client.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
    await expect(client.next()).rejects.toThrow();
    expect(test.feed.state.askedAfter).toEqual([]);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no type', '{}'],
    ['a type that is none', '{"type":"start"}'],
    ['an operation without id', '{"type":"subscribe","payload":{"query":"{ ready }"}}'],
    ['an operation with an empty id', '{"id":"","type":"subscribe","payload":{"query":"{ ready }"}}'],
    ['an operation without payload', '{"id":"1","type":"subscribe"}'],
    ['a payload of connection_init that is no object', '{"type":"connection_init","payload":"x"}'],
    ['a message that only servers send', '{"type":"connection_ack"}'],
    ['a result', '{"id":"1","type":"next","payload":{}}'],
    ['a completion without id', '{"type":"complete"}'],
  ])('closes %s with 4400', async (_name, message) => {
    await using test = await startFeed();
    using client = await openAcknowledged(test.socketUrl);
    client.send(message);
    expect((await client.closed).code).toBe(4400);
  });

  it('closes a binary message with 4400, and one over the limit with 1009', async () => {
    await using test = await startFeed({ bodyLimitBytes: 10_000 });
    using binary = await openAcknowledged(test.socketUrl);
    binary.socket.send(Buffer.from('{"type":"ping"}'));
    expect((await binary.closed).code).toBe(4400);
    using large = await openAcknowledged(test.socketUrl);
    large.send(subscribe('1', `{ ready ${' '.repeat(10_000)} }`));
    expect((await large.closed).code).toBe(1009);
  });

  it('closes a second operation of an id with 4409, ends the first at once, and lets an id be used again', async () => {
    await using test = await startFeed();
    using client = await openAcknowledged(test.socketUrl);
    const id = '€'.repeat(100);
    for (let round = 0; round < 2; round += 1) {
      client.send(subscribe(id, '{ ready }'));
      expect(await client.next()).toEqual({ id, type: 'next', payload: { data: { ready: null } } });
      expect(await client.next()).toEqual({ id, type: 'complete' });
    }
    client.send(subscribe(id, POSTED));
    await test.feed.until(({ open }) => open === 1);
    client.send(subscribe(id, POSTED));
    const { code, reason } = await client.closed;
    expect([code, reason]).toEqual([4409, `Subscriber for ${'€'.repeat(20)} already exists`]);
    await test.feed.until(({ open }) => open === 0);
  });

  it('answers a ping with its payload before and after the acknowledgement, and takes a pong that nobody asked for', async () => {
    await using test = await startFeed();
    using client = await openSocket(test.socketUrl);
    client.send({ type: 'ping', payload: { at: 1 } });
    expect(await client.next()).toEqual({ type: 'pong', payload: { at: 1 } });
    client.send({ type: 'connection_init' });
    expect(await client.next()).toEqual({ type: 'connection_ack' });
    client.send({ type: 'pong' });
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('reports what is wrong before execution as an error that no completion follows', async () => {
    await using test = await startFeed();
    using client = await openAcknowledged(test.socketUrl);
    for (const query of ['{ nope }', '{', 'subscription { nope }']) {
      client.send(subscribe('1', query));
      expect(await client.next()).toMatchObject({ id: '1', type: 'error', payload: [{ message: expect.any(String) }] });
    }
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('sends nothing of an operation that the client has completed, and ignores the completion of another', async () => {
    await using test = await startFeed();
    using client = await openAcknowledged(test.socketUrl);
    client.send(subscribe('1', POSTED));
    await test.feed.until(({ open }) => open === 1);
    client.send({ id: '1', type: 'complete' });
    client.send({ id: 'unknown', type: 'complete' });
    const stoppedMs = performance.now();
    await test.feed.until(({ open }) => open === 0);
    expect(performance.now() - stoppedMs).toBeLessThan(SOON_MS);
    test.feed.post('too late');
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('completes every stream and closes with 1001 when the gateway stops', async () => {
    await using test = await startFeed();
    using client = await openAcknowledged(test.socketUrl);
    for (const id of ['1', '2']) client.send(subscribe(id, POSTED));
    test.feed.post('hello');
    const types = [await client.next(), await client.next()].map(({ type }) => type);
    expect(types).toEqual(['next', 'next']);
    await test.gateway[Symbol.asyncDispose]();
    expect([await client.next(), await client.next()]).toEqual([
      { id: '1', type: 'complete' },
      { id: '2', type: 'complete' },
    ]);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  });
});

describe('a client of graphql-transport-ws', () => {
  it('is cut when it answers no ping, and kept as long as it does', async () => {
    await using test = await startFeed({ heartbeatMs: 400 });
    using mute = await openSocket(test.socketUrl, { autoPong: false });
    mute.send({ type: 'connection_init' });
    mute.send(subscribe('1', POSTED));
    await test.feed.until(({ open }) => open === 1);
    using alive = await openAcknowledged(test.socketUrl);
    let pings = 0;
    alive.socket.on('ping', () => {
      pings += 1;
    });
    expect((await mute.closed).code).toBe(1006);
    await test.feed.until(({ open }) => open === 0);
    while (pings < 5) await once(alive.socket, 'ping');
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  it('cannot bring the gateway down by frames that are none, refused or not', async () => {
    await using test = await startFeed();
    for (const protocol of ['something-else', 'graphql-transport-ws']) {
      const { port } = new URL(test.url);
      const network = connect(Number(port), '127.0.0.1');
      await once(network, 'connect');
      network.on('error', () => undefined);
      network.write(upgrade(protocol));
      await once(network, 'data');
      const closed = once(network, 'close');
      network.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
      network.resume();
      await closed;
    }
    using client = await openAcknowledged(test.socketUrl);
    client.send(subscribe('1', '{ ready }'));
    expect(await client.next()).toMatchObject({ type: 'next' });
  });

  it('keeps its streams by a fresh token in a later operation, and else loses them when the token ends', async () => {
    const firstAtMs = new Map<string, number>();
    const lifetimesMs: Readonly<Record<string, number>> = { short: SHORT_LIFETIME_MS, fresh: 60_000 };
    await using test = await startFeed({
      hooks: {
        identify({ authorization }) {
          const [sessionId = '', token = ''] = (authorization ?? '').slice(7).split('.');
          if (!firstAtMs.has(sessionId)) firstAtMs.set(sessionId, Date.now());
          const expiresAtMs = (firstAtMs.get(sessionId) ?? 0) + (lifetimesMs[token] ?? 0);
          return {
            key: `${sessionId}.${token}`,
            subject: sessionId,
            token,
            scopes: [],
            claims: {},
            sessionId,
            expiresAtMs,
          };
        },
      },
    });
    using expiring = await openAcknowledged(test.socketUrl, { authorization: 'Bearer a.short' });
    using kept = await openAcknowledged(test.socketUrl, { authorization: 'Bearer b.short' });
    for (const client of [expiring, kept]) client.send(subscribe('1', POSTED));
    await test.feed.until(({ open }) => open === 2);
    kept.send(subscribe('2', '{ ready }', { extensions: { authorization: 'Bearer b.fresh' } }));
    expect([await kept.next(), await kept.next()]).toMatchObject([
      { id: '2', type: 'next' },
      { id: '2', type: 'complete' },
    ]);
    expect([await expiring.next(), await expiring.next()]).toMatchObject([
      { id: '1', type: 'next', payload: { errors: [{ extensions: { code: 'SUBSCRIPTION_JWT_EXPIRED' } }] } },
      { id: '1', type: 'complete' },
    ]);
    test.feed.post('still here');
    expect(await kept.next()).toEqual({ id: '1', type: 'next', payload: { data: { posted: { seq: 1 } } } });
  });
});

function upgrade(protocol: string): string {
  return [
    'GET /graphql HTTP/1.1',
    'host: 127.0.0.1',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
    `sec-websocket-protocol: ${protocol}`,
    '\r\n',
  ].join('\r\n');
}

/** The code in the close frame that follows the handshake. */
async function closeCodeOf(url: string, protocol: string): Promise<number> {
  const network = connect(Number(new URL(url).port), '127.0.0.1');
  network.write(upgrade(protocol));
  let bytes = Buffer.alloc(0);
  for await (const chunk of network) {
    bytes = Buffer.concat([bytes, chunk]);
    const frameAt = bytes.indexOf('\r\n\r\n') + 4;
    if (frameAt >= 4 && bytes.length >= frameAt + 4) {
      network.destroy();
      return bytes.readUInt16BE(frameAt + 2);
    }
  }
  throw new Error(`No close frame in ${bytes}`);
}

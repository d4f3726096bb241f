import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { believeHeaders, startEdgeGraph } from '../edge/edge.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { openSocket } from '../support/websocket.client.ts';

const greeter: TestSubgraph = {
  name: 'greeter',
  sdl: `${FEDERATION}\ntype Query { hello: String }`,
  resolvers: { Query: { hello: () => 'hi' } },
};

interface RawClient extends Disposable {
  readonly socket: Socket;
  /** What came until the gateway closed the connection, and after how long. */
  readonly closed: Promise<{ readonly text: string; readonly afterMs: number }>;
}

async function openRaw(url: string, text: string): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const startMs = performance.now();
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  // A client that goes on sending may be cut off by a reset, which is an error of the socket and no fault.
  const closed = new Promise<{ text: string; afterMs: number }>((resolve) => {
    socket.once('close', () => resolve({ text: received, afterMs: performance.now() - startMs }));
  });
  return { socket, closed, [Symbol.dispose]: () => socket.destroy() };
}

const HEAD = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\n';
const BODY_HEAD = `${HEAD}content-type: application/json\r\ncontent-length: 1000\r\n\r\n`;

describe('slow clients', () => {
  it('are cut off while their headers come, at the time that the configuration says', async () => {
    await using graph = await startEdgeGraph('server: { http: { header_read_timeout: 1s } }\n', [greeter]);
    using halfway = await openRaw(graph.url, HEAD);
    using silent = await openRaw(graph.url, '');
    for (const client of [halfway, silent]) {
      const { afterMs } = await client.closed;
      expect(afterMs).toBeGreaterThan(900);
      expect(afterMs).toBeLessThan(3_000);
    }
  });

  it('are cut off while their body comes: when nothing comes, and in all', async () => {
    const config = 'server: { http: { body_idle_timeout: 300ms, body_read_timeout: 1s } }\n';
    await using graph = await startEdgeGraph(config, [greeter]);
    using idle = await openRaw(graph.url, `${BODY_HEAD}{"query"`);
    const { text, afterMs } = await idle.closed;
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toContain('REQUEST_TIMEOUT');
    expect(afterMs).toBeGreaterThan(290);
    expect(afterMs).toBeLessThan(950);
    using dripping = await openRaw(graph.url, BODY_HEAD);
    const drip = setInterval(() => dripping.socket.write(' '), 50);
    const dripped = await dripping.closed;
    clearInterval(drip);
    expect(dripped.text).toMatch(/^HTTP\/1.1 408 /);
    expect(dripped.afterMs).toBeGreaterThan(950);
    expect(graph.requests).toHaveLength(0);
  });

  it('are cut off though they have been refused for the size of what they go on sending', async () => {
    const config = `limits: { router: { http_max_request_bytes: 10 } }
server: { http: { body_idle_timeout: 5s, body_read_timeout: 500ms } }
`;
    await using graph = await startEdgeGraph(config, [greeter]);
    using client = await openRaw(graph.url, BODY_HEAD);
    const drip = setInterval(() => client.socket.write('                '), 20);
    const { text } = await client.closed;
    clearInterval(drip);
    expect(text).toMatch(/^HTTP\/1.1 413 /);
  });

  it('are cut off on routes', async () => {
    const config = 'routes: [{ path: /files, subgraph: greeter, body_idle_timeout: 300ms }]\n';
    await using graph = await startEdgeGraph(config, [{ ...greeter, intercept: () => true }]);
    using client = await openRaw(graph.url, BODY_HEAD.replace('/graphql', '/files/a'));
    client.socket.write('first');
    expect((await client.closed).text).toMatch(/^HTTP\/1.1 408 /);
  });
});

describe('connections at once', () => {
  const connections = (url: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => openRaw(url, '')));

  it('are bounded for each address', async () => {
    await using graph = await startEdgeGraph('server: { http: { max_connections_per_address: 3 } }\n', [greeter]);
    const open = await connections(graph.url, 3);
    using refused = await openRaw(graph.url, '');
    expect((await refused.closed).text).toBe('');
    open[0]?.socket.destroy();
    await open[0]?.closed;
    // The gateway hears of it a little later.
    for (let isRefused = true, attempts = 0; isRefused && attempts < 200; attempts++) {
      const response = await fetch(`${graph.url}?query={hello}`, {
        headers: { 'content-type': 'application/json', connection: 'close' },
      }).catch(() => null);
      isRefused = response === null;
      if (isRefused) expect(attempts).toBeLessThan(199);
    }
    for (const client of open) client[Symbol.dispose]();
  });

  it('are not counted where a proxy stands for all clients', async () => {
    const config = `server: { http: { max_connections_per_address: 1 } }
rate_limit: { capacity: 100, interval: 60s, client_ip_header: x-forwarded-for }
`;
    await using graph = await startEdgeGraph(config, [greeter]);
    const open = await connections(graph.url, 4);
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    for (const client of open) client[Symbol.dispose]();
  });

  it('are bounded for WebSockets of an address, and of a user on any', async () => {
    const config = 'server: { websocket: { max_connections_per_address: 4, max_connections_per_user: 2 } }\n';
    await using graph = await startEdgeGraph(config, [greeter], {
      hooks: { identify: (headers) => believeHeaders?.identify?.({ 'x-test-user': headers.authorization }) ?? null },
    });
    const url = graph.url.replace('http', 'ws');
    const ask = async (user: string) => {
      const client = await openSocket(url);
      client.send({ type: 'connection_init', payload: { authorization: user } });
      await client.next();
      client.send({ id: '1', type: 'subscribe', payload: { query: '{ hello }' } });
      return client;
    };
    using first = await ask('ann');
    using second = await ask('ann');
    for (const client of [first, second]) expect(await client.next()).toMatchObject({ type: 'next' });
    {
      using third = await ask('ann');
      expect(await third.closed).toEqual({ code: 4403, reason: 'Too many connections of this user' });
      using other = await ask('bob');
      expect(await other.next()).toMatchObject({ type: 'next' });
    }
    first.socket.close();
    await first.closed;
    using again = await ask('ann');
    expect(await again.next()).toMatchObject({ type: 'next' });
    using one = await openSocket(url);
    using two = await openSocket(url);
    await expect(openSocket(url)).rejects.toThrow('429');
    expect([one, two].map(({ socket }) => socket.readyState)).toEqual([1, 1]);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayOptions } from '../../src/gateway/gateway.ts';
import { startCallbackSubgraph, startLegacySubgraph } from './feed.servers.ts';
import { connect, findFreePort, seqsOf, startFeed, take } from './subscription.fixture.ts';

/** Takes whoever `connection_init` names at their word. */
const believeParams: GatewayOptions['hooks'] = {
  identify: (_headers, params) => {
    const { user } = (params ?? {}) as { user?: string };
    return user ? { key: user, subject: user, token: `token-of-${user}`, scopes: [], claims: {} } : null;
  },
};

const POSTED = 'subscription { posted { seq } }';

describe('the connection to a subgraph', () => {
  it('is one for each identity, signed in when it opens, where the subgraph does not verify each operation', async () => {
    await using test = await startFeed({ hooks: believeParams });
    await using ann = connect(test.socketUrl, { user: 'ann' });
    await using bob = connect(test.socketUrl, { user: 'bob' });
    test.feed.post('hello');
    for (const client of [ann, ann, bob]) await take(client.iterate({ query: POSTED }), 1);
    const { connections, extensions } = test.feed.state;
    expect(connections.map(({ params }) => params)).toEqual([
      { authorization: 'Bearer token-of-ann', connectionParams: { token: 'Bearer token-of-ann' } },
      { authorization: 'Bearer token-of-bob', connectionParams: { token: 'Bearer token-of-bob' } },
    ]);
    expect(connections.map(({ headers }) => [headers.authorization, headers['x-authenticated-user']])).toEqual([
      ['Bearer token-of-ann', 'ann'],
      ['Bearer token-of-bob', 'bob'],
    ]);
    expect(extensions).toEqual([{}, {}, {}]);
  });

  it('is shared by all identities where the subgraph verifies each operation', async () => {
    const configText =
      'subscription: { mode: { passthrough: { subgraphs: { feed: { token_per_operation: true } } } } }';
    await using test = await startFeed({ configText, hooks: believeParams });
    await using ann = connect(test.socketUrl, { user: 'ann' });
    await using bob = connect(test.socketUrl, { user: 'bob' });
    test.feed.post('hello');
    for (const client of [ann, bob]) await take(client.iterate({ query: POSTED }), 1);
    expect(test.feed.state.connections).toHaveLength(1);
    expect(test.feed.state.extensions).toEqual([
      { authorization: 'Bearer token-of-ann' },
      { authorization: 'Bearer token-of-bob' },
    ]);
  });

  it('carries the headers that the configuration passes on, and is shared by those who send equal ones', async () => {
    const configText = `headers: { subgraphs: { feed: { request: [{ propagate: { named: x-tenant } }] } } }\n`;
    await using test = await startFeed({
      configText,
      hooks: {
        subgraphHeaders: (_request, { extensions }) => ({
          'x-tenant': String(extensions?.tenant),
          traceparent: '00-of-one-request',
        }),
      },
    });
    await using client = connect(test.socketUrl);
    test.feed.post('hello');
    for (const tenant of ['a', 'a', 'b']) {
      await take(client.iterate({ query: POSTED, extensions: { tenant } }), 1);
    }
    expect(test.feed.state.connections.map(({ headers }) => headers['x-tenant'])).toEqual(['a', 'b']);
    expect(test.feed.state.connections[0]?.headers.traceparent).toBeUndefined();
  });

  it('goes to the path, and pings as often, as the configuration says', async () => {
    const configText = 'subscription: { mode: { passthrough: { all: { path: /live, heartbeat_interval: 10ms } } } }';
    await using test = await startFeed({ configText, socketPath: '/live' });
    await using client = connect(test.socketUrl);
    test.feed.post('hello');
    const events = client.iterate({ query: POSTED });
    expect(seqsOf(await take(events, 1))).toEqual([1]);
    await test.feed.until(({ pings }) => pings > 1);
  });
});

describe('a subgraph that speaks subscriptions-transport-ws', () => {
  const configText = `
include_subgraph_errors: { all: true }
subscription: { mode: { passthrough: { subgraphs: { feed: { protocol: graphql_transport_ws } } } } }
`;

  it('is understood: events, errors, stops, completion, and resumption after it was gone', async () => {
    await using test = await startFeed({ configText, startFeedServer: startLegacySubgraph, hooks: believeParams });
    await using client = connect(test.socketUrl, { user: 'ann' });
    test.feed.post('hello', 2);
    const events = client.iterate({ query: 'subscription { posted { seq author { name } } }' });
    expect(await take(events, 2)).toEqual([
      { data: { posted: { seq: 1, author: { name: 'name of u1' } } } },
      { data: { posted: { seq: 2, author: { name: 'name of u2' } } } },
    ]);
    expect(test.feed.state.connections[0]?.params).toMatchObject({ authorization: 'Bearer token-of-ann' });
    expect(await take(client.iterate({ query: 'subscription { refused { seq } }' }), 2)).toMatchObject([
      { errors: [{ message: 'Not for you.' }] },
    ]);
    expect(await take(client.iterate({ query: 'subscription { two { seq } }' }), 3)).toHaveLength(2);
    await test.killFeed();
    test.feed.post('meanwhile');
    await test.restartFeed();
    expect(seqsOf(await take(events, 1))).toEqual([3]);
    await events.return?.();
    await test.feed.until(({ open }) => open === 0);
  });

  it('is told apart from one that does not', async () => {
    await using test = await startFeed({ configText });
    await using client = connect(test.socketUrl);
    expect(await take(client.iterate({ query: POSTED }), 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBREQUEST_WS_ERROR', service: 'feed' } }] },
    ]);
  });
});

describe('a subgraph that calls back', () => {
  const toConfig = (port: number, more = '', heartbeat = '400ms') => `
include_subgraph_errors: { all: true }
subscription:
  mode:
    callback: { public_url: 'http://127.0.0.1:${port}/events/in', path: /events/in, heartbeat_interval: ${heartbeat}, subgraphs: [feed]${more} }
`;

  it("works with Apollo Server's own plugin: events, rest, errors, completion, end at the source", async () => {
    const port = await findFreePort();
    await using test = await startFeed({
      configText: toConfig(port),
      port,
      startFeedServer: startCallbackSubgraph,
    });
    await using client = connect(test.socketUrl);
    test.feed.post('hello', 2);
    const events = client.iterate({ query: 'subscription { posted { seq author { name } } }' });
    expect(await take(events, 2)).toEqual([
      { data: { posted: { seq: 1, author: { name: 'name of u1' } } } },
      { data: { posted: { seq: 2, author: { name: 'name of u2' } } } },
    ]);
    test.feed.post('more', 50);
    expect(seqsOf(await take(events, 50))).toEqual(Array.from({ length: 50 }, (_, index) => index + 3));
    expect(await take(client.iterate({ query: 'subscription { refused { seq } }' }), 2)).toMatchObject([
      { errors: [{ message: 'Not for you.' }] },
    ]);
    expect(await take(client.iterate({ query: 'subscription { two { seq } }' }), 3)).toHaveLength(2);
    await events.return?.();
    // By a heartbeat's 404.
    await test.feed.until(({ open }) => open === 0);
  });

  it('calls an address of its own where one is given, and nothing else is served there', async () => {
    const port = await findFreePort();
    await using test = await startFeed({
      configText: toConfig(port, `, listen: '127.0.0.1:${port}'`),
      startFeedServer: startCallbackSubgraph,
    });
    await using client = connect(test.socketUrl);
    test.feed.post('hello');
    expect(seqsOf(await take(client.iterate({ query: POSTED }), 1))).toEqual([1]);
    expect((await fetch(`http://127.0.0.1:${port}/graphql`)).status).toBe(404);
    expect((await fetch(`${test.gateway.url}/events/in/x`, { method: 'POST' })).status).toBe(404);
  });

  it('is believed only with the verifier of a subscription that runs', async () => {
    const port = await findFreePort();
    await using emitter = await startEmitter();
    await using test = await startFeed({
      configText: toConfig(port, '', '1m'),
      port,
      startFeedServer: async () => emitter,
    });
    await using client = connect(test.socketUrl);
    const events = client.iterate({ query: POSTED });
    const first = events.next();
    const asked = await emitter.nextSubscription();
    expect(asked).toMatchObject({ accept: expect.stringContaining('application/json;callbackSpec=1.0') });
    expect(asked.heartbeatIntervalMs).toBe(60_000);
    const { callbackUrl, subscriptionId: id, verifier } = asked;
    const send = (message: object, url = callbackUrl) =>
      callBack(url, { kind: 'subscription', id, verifier, ...message });
    expect(await send({ action: 'check' })).toEqual({ status: 204, protocol: 'callback/1.0' });
    expect(await send({ action: 'heartbeat', ids: [id] })).toMatchObject({ status: 204 });
    expect(await send({ action: 'heartbeat', ids: [id, 'x'] })).toMatchObject({ status: 404 });
    expect(await send({ action: 'check', verifier: 'guessed' })).toMatchObject({ status: 401 });
    expect(await send({ action: 'check', id: 'other' })).toMatchObject({ status: 400 });
    expect(await send({ action: 'next' })).toMatchObject({ status: 400 });
    expect(await send({ action: 'pause' })).toMatchObject({ status: 400 });
    expect(await send({ action: 'check' }, callbackUrl.replace(id, 'other'))).toMatchObject({ status: 404 });
    expect((await fetch(callbackUrl)).status).toBe(405);
    expect(await send({ action: 'next', payload: { data: { posted: { seq: 1 } } } })).toMatchObject({ status: 200 });
    expect(await first).toMatchObject({ value: { data: { posted: { seq: 1 } } } });
    const errors = [{ message: 'That was all.' }];
    expect(await send({ action: 'complete', errors })).toMatchObject({ status: 202 });
    expect(await take(events, 2)).toMatchObject([{ errors }]);
    expect(await send({ action: 'check' })).toMatchObject({ status: 404 });
  });

  it('is asked again from the last event when its heartbeats stop', async () => {
    const port = await findFreePort();
    await using emitter = await startEmitter();
    await using test = await startFeed({ configText: toConfig(port), port, startFeedServer: async () => emitter });
    await using client = connect(test.socketUrl);
    const events = client.iterate({ query: POSTED });
    const first = events.next();
    const { callbackUrl, subscriptionId: id, verifier } = await emitter.nextSubscription();
    const next = { kind: 'subscription', action: 'next', id, verifier, payload: { data: { posted: { seq: 7 } } } };
    await callBack(callbackUrl, next);
    await first;
    const again = await emitter.nextSubscription();
    expect(again.variables).toEqual({ resumeAfter_: 7 });
    expect(await callBack(callbackUrl, next)).toMatchObject({ status: 404 });
    await events.return?.();
  });
});

interface AskedSubscription {
  readonly accept: string | undefined;
  readonly variables: unknown;
  readonly callbackUrl: string;
  readonly subscriptionId: string;
  readonly verifier: string;
  readonly heartbeatIntervalMs: number;
}

/** A subgraph whose callbacks the test sends. */
async function startEmitter() {
  const asked: AskedSubscription[] = [];
  let tell: (() => void) | undefined;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { variables, extensions } = JSON.parse(body);
    asked.push({ accept: request.headers.accept, variables, ...extensions.subscription });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":null}');
    tell?.();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kill = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    port,
    kill,
    async nextSubscription(): Promise<AskedSubscription> {
      while (asked.length === 0) {
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      }
      return asked.shift() as AskedSubscription;
    },
    [Symbol.asyncDispose]: () => (server.listening ? kill() : Promise.resolve()),
  };
}

async function callBack(url: string, message: object): Promise<{ status: number; protocol: string | null }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  await response.arrayBuffer();
  return { status: response.status, protocol: response.headers.get('subscription-protocol') };
}

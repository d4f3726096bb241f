// biome-ignore-all lint/correctness/noComponentHookFactories: these are names of stages
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startFeed } from '../subscription/subscription.fixture.ts';
import { openStream } from '../support/stream.client.ts';
import { startCoprocessor } from '../support/test.coprocessor.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { startEdgeGraph } from './edge.fixture.ts';

const MULTIPART = 'multipart/mixed;subscriptionSpec=1.0';
const POSTED = 'subscription { posted { seq text } }';

const users: TestSubgraph = {
  name: 'users',
  sdl: `${FEDERATION} type Query { me: User } type User @key(fields: "id") { id: ID! name: String }`,
  resolvers: { Query: { me: () => ({ id: '1', name: 'Ann' }) } },
};
const posts: TestSubgraph = {
  name: 'posts',
  sdl: `${FEDERATION} type User @key(fields: "id") { id: ID! posts: [String!] }`,
  resolvers: { User: { __resolveReference: ({ id }: { id: string }) => ({ id, posts: ['p'] }) } },
};

describe('the coprocessor and streams', () => {
  it('sees and changes each event of a subscription', async () => {
    await using coprocessor = await startCoprocessor({
      SupergraphResponse: ({ body }) => {
        const { data } = body as { data: { posted: { text: string } } };
        return { body: { data: { posted: { ...data.posted, text: data.posted.text.toUpperCase() } } } };
      },
      RouterResponse: ({ body, headers }) => ({
        body: (body as string).replace('AGAIN', 'AGAIN!'),
        ...(headers && { headers: { ...headers, 'x-stage': ['router'] } }),
      }),
    });
    const configText = `coprocessor: { url: "${coprocessor.url}", supergraph: { response: { body: true, headers: true, status_code: true } },
  router: { response: { body: true, headers: true, status_code: true } } }\n`;
    await using test = await startFeed({ configText, heartbeatMs: 60_000 });
    using stream = await openStream(test.url, { query: POSTED }, { accept: MULTIPART });
    expect(stream.headers['x-stage']).toBe('router');
    test.feed.post('hello');
    await stream.untilSeen('"text":"HELLO"');
    test.feed.post('again');
    await stream.untilSeen('"text":"AGAIN!"');
    const events = coprocessor.at('SupergraphResponse');
    expect(events.map(({ hasNext, statusCode }) => ({ hasNext, statusCode }))).toEqual([
      { hasNext: true, statusCode: 200 },
      { hasNext: true, statusCode: undefined },
    ]);
    const parts = coprocessor.at('RouterResponse');
    expect(parts.map(({ statusCode, headers }) => [statusCode, headers !== undefined])).toEqual([
      [200, true],
      [undefined, false],
      [undefined, false],
    ]);
    expect(parts[1]?.body).toMatch(/content-type: application\/json\r\n\r\n\{"payload":.*--graphql$/s);
  });

  it('ends a subscription with its error when it fails in between', async () => {
    let events = 0;
    await using coprocessor = await startCoprocessor({
      SupergraphResponse: () => {
        events += 1;
        return events === 1 ? {} : { control: 'nonsense' };
      },
    });
    const configText = `coprocessor: { url: "${coprocessor.url}", supergraph: { response: { body: true } } }\n`;
    await using test = await startFeed({ configText });
    using stream = await openStream(test.url, { query: POSTED }, { accept: MULTIPART });
    test.feed.post('hello', 2);
    const text = await stream.end;
    expect(text).toContain('"text":"hello"');
    expect(text).toContain('COPROCESSOR_FAILED');
    await test.feed.until(({ open }) => open === 0);
  });

  it('loses and reorders nothing, however slow it is, and takes WebSockets too', async () => {
    await using coprocessor = await startCoprocessor({ SupergraphResponse: () => ({}) });
    const configText = `coprocessor: { url: "${coprocessor.url}", supergraph: { request: { body: true }, response: { body: true } } }\n`;
    await using test = await startFeed({ configText });
    const client = createClient({ url: test.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    const events = client.iterate<{ posted: { seq: number } }>({ query: POSTED });
    const first = events.next();
    await test.feed.until(({ open }) => open === 1);
    test.feed.post('x', 200);
    const seen = [(await first).value?.data?.posted.seq];
    while (seen.length < 200) seen.push((await events.next()).value?.data?.posted.seq);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    expect(coprocessor.at('SupergraphRequest')).toHaveLength(1);
    await events.return?.();
    await client.dispose();
  });

  it('sees the parts of an answer with @defer', async () => {
    await using coprocessor = await startCoprocessor({
      SupergraphResponse: ({ body }) => ({ body: { ...(body as object), extensions: { seen: true } } }),
    });
    await using graph = await startEdgeGraph(
      `coprocessor: { url: "${coprocessor.url}", supergraph: { response: { body: true } }, execution: { response: { body: true } }, router: { response: { body: true } } }\n`,
      [users, posts],
    );
    using stream = await openStream(
      graph.url,
      { query: '{ me { name ... @defer { posts } } }' },
      { accept: 'multipart/mixed;deferSpec=20220824' },
    );
    const text = await stream.end;
    expect(text.match(/"seen":true/g)).toHaveLength(2);
    expect(coprocessor.at('SupergraphResponse').map(({ hasNext }) => hasNext)).toEqual([true, false]);
    expect(coprocessor.at('ExecutionResponse').map(({ body }) => body)).toMatchObject([
      { data: { me: { name: 'Ann' } }, hasNext: true },
      { incremental: [{ data: { posts: ['p'] }, path: ['me'] }], hasNext: false },
    ]);
  });

  it('refuses a WebSocket operation as it refuses others', async () => {
    await using coprocessor = await startCoprocessor({
      SupergraphRequest: () => ({ control: { break: 403 }, body: { errors: [{ message: 'Not you.' }] } }),
    });
    await using graph = await startEdgeGraph(
      `coprocessor: { url: "${coprocessor.url}", supergraph: { request: {} } }\n`,
      [users, posts],
    );
    const socket = new WebSocket(graph.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    const messages: { type: string; payload?: unknown }[] = [];
    const answered = new Promise<void>((resolve) => {
      socket.on('message', (frame) => {
        messages.push(JSON.parse(frame.toString()));
        if (messages.length === 2) resolve();
      });
    });
    socket.send(JSON.stringify({ type: 'connection_init' }));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ me { name } }' } }));
    await answered;
    expect(messages[1]).toMatchObject({ type: 'error', payload: [{ message: 'Not you.' }] });
    socket.close();
  });
});

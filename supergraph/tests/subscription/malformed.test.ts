import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { WebSocketServer } from 'ws';
import { connect, startFeed } from './subscription.fixture.ts';

/** A subgraph that answers every subscription with these frames; `$id` stands for the operation's. */
async function startRawSubgraph(frames: readonly string[]) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (text) => {
      const { type, id } = JSON.parse(String(text)) as { type: string; id?: string };
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type === 'subscribe') for (const frame of frames) socket.send(frame.replace('$id', String(id)));
    });
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('frames that a subgraph should not send', () => {
  it.each([
    ['no payload', '{"id":"$id","type":"next"}'],
    ['null', '{"id":"$id","type":"next","payload":null}'],
    ['no JSON', '{"id":"$id","type":"next","payload":nonsense}'],
    ['broken data', '{"id":"$id","type":"next","payload":{"data":{bad}}}'],
    ['null for an error', '{"id":"$id","type":"error","payload":[null]}'],
  ])('are answered by an error, and hurt nobody else: %s', async (_name, frame) => {
    await using subgraph = await startRawSubgraph([frame]);
    await using test = await startFeed({ overrideSubgraphUrls: { feed: subgraph.url } });
    await using client = connect(test.socketUrl);
    for (const field of ['posted { seq }', 'heard { seq }', 'posted { seq author { name } }']) {
      const answers: unknown[] = [];
      try {
        for await (const answer of client.iterate({ query: `subscription { ${field} }` })) {
          answers.push(answer);
          break;
        }
      } catch (errors) {
        answers.push(errors);
      }
      expect(answers).toHaveLength(1);
    }
    const response = await fetch(test.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('tells an event without data from the end of a stream', async () => {
    const frames = ['{"id":"$id","type":"next","payload":{"data":null,"errors":[{"message":"no"}]}}'];
    await using subgraph = await startRawSubgraph(frames);
    await using test = await startFeed({ overrideSubgraphUrls: { feed: subgraph.url } });
    await using client = connect(test.socketUrl);
    const { value } = await client.iterate({ query: 'subscription { heard { seq } }' }).next();
    expect(value).toMatchObject({ data: null, errors: [{ message: 'no' }] });
  });
});

describe('a client that asks for two streams on one connection', () => {
  it('holds no stream once it has gone', async () => {
    await using test = await startFeed();
    const { hostname, port } = new URL(test.url);
    const body = '{"query":"subscription { heard { seq } }"}';
    const head = `POST /graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    const socket = connectSocket(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`${head}${body}${head}${body}`);
    test.feed.post('hello');
    await once(socket, 'data');
    socket.destroy();
    await test.feed.until(({ open }) => open === 0, AbortSignal.timeout(5_000));
    expect(test.feed.state.open).toBe(0);
  });
});

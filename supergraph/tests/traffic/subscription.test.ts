// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { Feed, feedSchema } from '../subscription/feed.fixture.ts';
import { startSubgraph } from '../subscription/feed.servers.ts';
import { connect, findFreePort, startFeed, take } from '../subscription/subscription.fixture.ts';
import { startDnsServer } from './dns.server.ts';

/** A feed of its own, with a server, that has one post to tell. */
async function startInstance(options: { port?: number } = {}) {
  const feed = new Feed();
  feed.post('hello');
  const server = await startSubgraph(feedSchema(feed), { feed, ...options });
  return { feed, server, url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('subscriptions to several instances', () => {
  it('begin where there are fewest, and leave out what queries have found dead', async () => {
    await using one = await startInstance();
    await using two = await startInstance();
    const dead = `http://127.0.0.1:${await findFreePort()}/graphql`;
    const configText = `discovery: { subgraphs: { feed: { urls: ["${dead}", "${one.url}", "${two.url}"] } } }
traffic_shaping: { all: { retry: { attempts: 2, backoff: 1ms } } }`;
    await using test = await startFeed({ configText });
    for (let n = 0; n < 3; n++) {
      const response = await fetch(test.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ ready }"}',
      });
      expect(await response.json()).not.toHaveProperty('errors');
    }
    await using client = connect(test.socketUrl);
    const streams = ['a', 'b'].map((alias) => client.iterate({ query: `subscription { ${alias}: posted { seq } }` }));
    for (const stream of streams) await stream.next();
    expect([one.feed.state.open, two.feed.state.open]).toEqual([1, 1]);
    for (const stream of streams) await stream.return?.();
  });

  it('know the name of the host that DNS gave addresses of', async () => {
    await using instance = await startInstance();
    await using dns = await startDnsServer();
    dns.records.set('feed.internal', [{ type: 'A', address: '127.0.0.1' }]);
    const host = `feed.internal:${instance.server.port}`;
    const configText = `override_subgraph_url: { feed: "http://${host}/graphql" }
discovery: { subgraphs: { feed: { dns: { servers: ["${dns.address}"] } } } }`;
    await using test = await startFeed({ configText });
    await using client = connect(test.socketUrl);
    await take(client.iterate({ query: 'subscription { posted { seq } }' }), 1);
    expect(instance.feed.state.connections[0]?.headers.host).toBe(host);
  });
});

describe('subscriptions over TLS', () => {
  it('trust whom tls.subgraph names, and show its certificate', async () => {
    const folder = join(import.meta.dirname, '..', 'fixtures', 'tls');
    const read = (name: string) => readFile(join(folder, name), 'utf8');
    const server = createServer({
      cert: await read('first.cert.pem'),
      key: await read('first.key.pem'),
      ca: await read('second.cert.pem'),
      requestCert: true,
    });
    const feed = new Feed();
    feed.post('hello');
    const sockets = new WebSocketServer({ server, path: '/graphql' });
    let shown: unknown;
    sockets.on('connection', (_socket, { socket }) => {
      shown = (socket as TLSSocket).getPeerCertificate().subject.CN;
    });
    const feeding = useServer({ schema: feedSchema(feed) }, sockets);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using _server = {
      async [Symbol.asyncDispose]() {
        await feeding.dispose();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
    const configText = `override_subgraph_url: { feed: "https://127.0.0.1:${(server.address() as AddressInfo).port}/graphql" }
tls:
  subgraph:
    subgraphs:
      feed:
        certificate_authorities: \${file.${folder}/first.cert.pem}
        client_authentication: { certificate_chain: "\${file.${folder}/second.cert.pem}", key: "\${file.${folder}/second.key.pem}" }`;
    await using test = await startFeed({ configText });
    await using client = connect(test.socketUrl);
    const events = await take(client.iterate({ query: 'subscription { posted { text } }' }), 1);
    expect(events).toEqual([{ data: { posted: { text: 'hello' } } }]);
    expect(shown).toBe('second.test');
  });
});

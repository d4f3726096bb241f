import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import * as fc from '@vibecode/platform/testing/property';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { createHostCheck } from '../../src/request/allowed.hosts.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { startEdgeGraph } from './edge.fixture.ts';

const greeter: TestSubgraph = {
  name: 'greeter',
  sdl: `${FEDERATION}\ntype Query { hello: String }`,
  resolvers: { Query: { hello: () => 'hi' } },
  intercept: ({ method }, response) => method === 'GET' && response.end('file').writableEnded,
};

async function statusOf(url: string, host: string, path = '/graphql', method = 'POST'): Promise<number> {
  const request = requestHttp(new URL(path, url), {
    method,
    headers: { host, ...(method === 'POST' && { 'content-type': 'application/json' }) },
  });
  request.end(method === 'POST' ? '{"query":"{hello}"}' : undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

async function upgradeStatus(url: string, host: string): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws'), ['graphql-transport-ws'], { headers: { host } });
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => undefined);
  });
}

const MISDIRECTED = 421;
const LOCAL = [
  'localhost',
  'localhost:8080',
  'app.localhost:1',
  '127.0.0.1',
  '127.9.9.9:80',
  '[::1]:4000',
  'LOCALHOST.',
];
const FOREIGN = [
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evillocalhost',
  'a@localhost',
  '10.0.0.1',
  '',
];

describe('hosts that are answered', () => {
  it('are those of loopback where the gateway listens on loopback only', () => {
    for (const listensOn of ['127.0.0.1', 'localhost', '::1']) {
      const allows = createHostCheck({ configured: undefined, listensOn });
      expect(LOCAL.filter((host) => !allows(host))).toEqual([]);
      expect(FOREIGN.filter((host) => allows(host))).toEqual([]);
      expect(allows(undefined)).toBe(true);
    }
  });

  it('are all where others reach it, unless some are configured', () => {
    for (const listensOn of ['0.0.0.0', '::', '10.0.0.7', null]) {
      const allows = createHostCheck({ configured: null, listensOn });
      expect(FOREIGN.every(allows)).toBe(true);
      const some = createHostCheck({ configured: ['api.example.com', '*.partner.example'], listensOn });
      expect(['api.example.com', 'API.example.com:443', 'a.b.partner.example'].every(some)).toBe(true);
      expect(['example.com', 'partner.example', 'xpartner.example', 'evil.example'].some(some)).toBe(false);
    }
    expect(createHostCheck({ configured: ['*'], listensOn: '127.0.0.1' })('evil.example')).toBe(true);
    expect(createHostCheck({ configured: ['api.example'], listensOn: '10.0.0.7' })('10.0.0.7:4000')).toBe(true);
  });

  it('never are a name that only contains an allowed one', () => {
    const allows = createHostCheck({ configured: ['api.example'], listensOn: '127.0.0.1' });
    const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
    fc.assert(
      fc.property(fc.constantFrom('api.example', 'localhost', '127.0.0.1'), label, (name, more) => {
        expect(allows(`${name}.${more}`)).toBe(more === 'localhost');
        expect(allows(`${more}${name}`)).toBe(/^127\.\d+\.\d+\.\d+$/.test(`${more}${name}`));
      }),
    );
  });

  it('hold at every door but health', async () => {
    const config = `supergraph: { introspection: true }
telemetry: { exporters: { metrics: { prometheus: { enabled: true, path: /metrics } } } }
routes: [{ path: /files, subgraph: greeter }]
`;
    await using graph = await startEdgeGraph(config, [greeter]);
    const { url } = graph.gateway;
    for (const [path, method] of [
      ['/graphql', 'POST'],
      ['/', 'POST'],
      ['/', 'GET'],
      ['/graphiql/start.js', 'GET'],
      ['/files/a', 'GET'],
      ['/metrics', 'GET'],
      ['/nothing', 'GET'],
    ] as const) {
      expect([path, await statusOf(url, 'evil.example', path, method)]).toEqual([path, MISDIRECTED]);
      expect([path, await statusOf(url, 'localhost:4000', path, method)]).not.toEqual([path, MISDIRECTED]);
    }
    expect(await upgradeStatus(graph.url, 'evil.example')).toBe(MISDIRECTED);
    expect(await upgradeStatus(graph.url, 'localhost')).toBe(101);
    expect(await statusOf(url, 'evil.example', '/health/ready', 'GET')).toBe(200);
    // At /graphql and at /.
    expect(graph.requests).toHaveLength(2);
  });

  it('follow the configuration when it changes', async () => {
    const reloaded = Promise.withResolvers<void>();
    const log = pino(
      { level: 'info' },
      { write: (line: string) => void (/config.reloaded/.test(line) && reloaded.resolve()) },
    );
    await using graph = await startEdgeGraph('supergraph: { allowed_hosts: [api.example] }\n', [greeter], { log });
    expect(await statusOf(graph.gateway.url, 'api.example')).toBe(200);
    expect(await statusOf(graph.gateway.url, 'other.example')).toBe(MISDIRECTED);
    await writeFile(graph.configFile, "supergraph: { allowed_hosts: ['*'] }\n");
    await reloaded.promise;
    expect(await statusOf(graph.gateway.url, 'other.example')).toBe(200);
  });
});

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { createFolder, observeLog, startServer } from '../support/source.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';

const greeter: TestSubgraph = {
  name: 'greeter',
  sdl: `${FEDERATION} type Query { hello(name: String): String find(filter: Filter): String } input Filter { a: String }`,
  resolvers: {
    Query: { hello: (_: unknown, { name }: { name?: string }) => `hi ${name ?? ''}`.trim(), find: () => 'found' },
  },
};

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as never };
}
const codes = ({ body }: { body: unknown }) =>
  (body as { errors?: { extensions: { code: string } }[] }).errors?.map(({ extensions }) => extensions.code);

describe('batching', () => {
  const batch = [
    { query: '{ hello }' },
    { query: '{ nope }' },
    { query: 'query ($n: String) { hello(name: $n) }', variables: { n: 'Bo' } },
  ];

  it('answers a list of operations by a list, each on its own', async () => {
    await using graph = await startEdgeGraph('batching: { enabled: true, mode: batch_http_link, maximum_size: 3 }\n', [
      greeter,
    ]);
    const { status, body } = await post(graph.url, batch);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { data: { hello: 'hi' } },
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      { data: { hello: 'hi Bo' } },
    ]);
    const tooMany = await post(graph.url, [...batch, ...batch]);
    expect([tooMany.status, codes(tooMany)]).toEqual([422, ['BATCH_LIMIT_EXCEEDED']]);
    expect((await post(graph.url, [])).status).toBe(400);
  });

  it('counts each operation of a list, and is refused where it is off', async () => {
    await using limited = await startEdgeGraph(
      'batching: { enabled: true }\nrate_limit: { capacity: 2, interval: 60s }\n',
      [greeter],
    );
    const { body } = await post(limited.url, batch);
    expect((body as object[]).filter((one) => codes({ body: one })?.includes('RATE_LIMITED'))).toHaveLength(1);
    await using off = await startEdgeGraph('', [greeter]);
    const refused = await post(off.url, batch);
    expect([refused.status, codes(refused)]).toEqual([400, ['BATCHING_NOT_ENABLED']]);
  });
});

describe('health_check', () => {
  it('answers at an address and a path of its own', async () => {
    await using graph = await startEdgeGraph('health_check: { listen: "127.0.0.1:0", path: /alive }\n', [greeter]);
    const health = graph.gateway.healthUrl;
    expect(await (await fetch(`${health}/alive?ready`)).json()).toEqual({ status: 'UP' });
    expect((await fetch(`${health}/health`)).status).toBe(404);
    expect((await fetch(`${graph.gateway.url}/alive`)).status).toBe(404);
  });

  it('is off when it says so', async () => {
    await using graph = await startEdgeGraph('health_check: { enabled: false }\n', [greeter]);
    expect((await fetch(`${graph.gateway.url}/health`)).status).toBe(404);
  });
});

describe('supergraph', () => {
  it('without a path is at / too, behind the same checks', async () => {
    await using graph = await startEdgeGraph('', [greeter]);
    expect((await post(`${graph.gateway.url}/`, { query: '{ hello }' })).body).toEqual({ data: { hello: 'hi' } });
    const simple = await fetch(`${graph.gateway.url}/`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(simple.status).toBe(400);
    await using named = await startEdgeGraph('supergraph: { path: /api }\nhomepage: { enabled: false }\n', [greeter]);
    expect((await fetch(`${named.gateway.url}/`, { method: 'POST' })).status).toBe(404);
  });

  it.each([
    ['/graphql/{*rest}', ['/graphql/a', '/graphql/a/b'], ['/graphql', '/graphql/', '/graphq/a']],
    ['/api/{tenant}/graphql', ['/api/shop/graphql'], ['/api/graphql', '/api/a/b/graphql', '/api//graphql']],
    ['/api/:tenant/graphql', ['/api/shop/graphql'], ['/api/graphql']],
    ['/graphql/*', ['/graphql/a/b'], ['/graphql']],
  ])('serves the graph at every path that %s stands for', async (pattern, served, others) => {
    const config = `supergraph: { path: "${pattern}", introspection: true }\nsubscription: { enabled: true }\n`;
    await using graph = await startEdgeGraph(config, [greeter]);
    for (const path of served) {
      const answer = await post(`${graph.gateway.url}${path}?x=1`, { query: '{ __typename }' });
      expect([path, answer.status, answer.body]).toEqual([path, 200, { data: { __typename: 'Query' } }]);
    }
    for (const path of others) {
      expect((await fetch(`${graph.gateway.url}${path}`, { method: 'POST' })).status).toBe(404);
    }
    const client = new WebSocket(graph.gateway.url.replace('http', 'ws') + served[0], 'graphql-transport-ws');
    await once(client, 'open');
    client.close();
  });

  it('leaves health, metrics and routes their paths beside a wildcard', async () => {
    await using server = await startServer((_request, response) => response.end('exported'));
    const config = `supergraph: { path: "/{*all}" }
telemetry: { exporters: { metrics: { prometheus: { enabled: true } } } }
routes: [{ path: /exports, url: "${server.url}" }]
`;
    await using graph = await startEdgeGraph(config, [greeter]);
    const at = (path: string) => fetch(`${graph.gateway.url}${path}`);
    expect(await (await at('/health?ready')).json()).toEqual({ status: 'UP' });
    expect(await (await at('/metrics')).text()).toContain('http_server_active_requests');
    expect(await (await at('/exports/a')).text()).toBe('exported');
    expect((await post(`${graph.gateway.url}/any/where`, { query: '{ hello }' })).body).toEqual({
      data: { hello: 'hi' },
    });
  });

  it('listens on a Unix socket', async () => {
    await using folder = await createFolder();
    const socketPath = join(folder.path, 'gateway.sock');
    await using graph = await startEdgeGraph(`supergraph: { listen: ${socketPath} }\n`, [greeter], { port: undefined });
    expect(graph.gateway.url).toBe(`unix:${socketPath}`);
    const answer = await new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      httpRequest({ socketPath, path: '/graphql', method: 'POST', headers }, (response) => resolve(text(response)))
        .on('error', reject)
        .end('{"query":"{ hello }"}');
    });
    expect(JSON.parse(answer)).toEqual({ data: { hello: 'hi' } });
  });

  it('lets unknown fields of input objects through and says so, where they are only measured', async () => {
    const request = { query: 'query ($f: Filter) { find(filter: $f) }', variables: { f: { a: 'x', typo: 1 } } };
    await using strict = await startEdgeGraph('', [greeter]);
    expect(codes(await post(strict.url, request))).toEqual(['BAD_USER_INPUT']);
    const { log, until } = observeLog();
    await using lax = await startEdgeGraph('supergraph: { strict_variable_validation: measure }\n', [greeter], { log });
    await post(lax.url, request);
    expect(await until('variables.unknown-field')).toContain('which the type \\"Filter\\" does not have');
    expect(codes(await post(lax.url, { ...request, variables: { f: 7 } }))).toEqual(['BAD_USER_INPUT']);
  });

  it('logs clients that go away, where it is asked to', async () => {
    const arrived = Promise.withResolvers<void>();
    const intercept = () => {
      arrived.resolve();
      return true;
    };
    const silent: TestSubgraph = { ...greeter, intercept };
    const { log, until } = observeLog();
    await using graph = await startEdgeGraph('supergraph: { log_on_broken_pipe: true }\n', [silent], { log });
    const client = httpRequest(graph.url, { method: 'POST', headers: { 'content-type': 'application/json' } });
    client.on('error', () => undefined);
    client.end('{"query":"{ hello }"}');
    await arrived.promise;
    client.destroy();
    await until('gateway.http.broken-pipe');
  });
});

describe('limits.router', () => {
  it('bounds introspection unless told otherwise', async () => {
    const nested = (depth: number): string => (depth ? `fields { type { ${nested(depth - 1)} } }` : 'name');
    const query = `{ __schema { types { ${nested(4)} } } }`;
    const base = 'supergraph: { introspection: true }\n';
    await using bounded = await startEdgeGraph(base, [greeter]);
    expect(codes(await post(bounded.url, { query }))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    await using free = await startEdgeGraph(`${base}limits: { router: { introspection_max_depth: false } }\n`, [
      greeter,
    ]);
    expect(codes(await post(free.url, { query }))).toBeUndefined();
  });

  it('bounds the bytes of headers', async () => {
    await using graph = await startEdgeGraph('limits: { router: { http1_max_request_buf_size: 2KiB } }\n', [greeter]);
    const answer = await fetch(graph.url, { headers: { 'x-long': 'x'.repeat(4_000) } });
    expect(answer.status).toBe(431);
  });
});

describe('the configuration', () => {
  it('says at start what of it has no effect', async () => {
    const config = `telemetry:
  instrumentation:
    spans: { mode: spec_compliant }
preview_operation_limits: { max_depth: 5 }
`;
    const { log, lines } = observeLog('debug');
    await using _graph = await startEdgeGraph(config, [greeter], { log });
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ action }) => action === 'config.problem');
    expect(new Set(warnings.map(({ level }) => level))).toEqual(new Set(['WARN']));
    const said = warnings.map(({ message }) => message as string);
    expect(said.map((line) => /:(\d+:\d+ warning [\w.]+):/.exec(line)?.[1])).toEqual([
      '3:14 warning telemetry.instrumentation.spans.mode',
      '4:27 warning preview_operation_limits',
      '4:40 warning limits.max_depth',
    ]);
  });
});

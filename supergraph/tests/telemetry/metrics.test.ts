import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { startFeed } from '../subscription/subscription.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { createTestLog, parseMetrics, startReceiver } from './telemetry.fixture.ts';

const accounts: TestSubgraph = {
  name: 'accounts',
  sdl: `${FEDERATION}
    type Query { me: User broken: String }
    type User @key(fields: "id") { id: ID! name: String }`,
  resolvers: {
    Query: {
      me: () => ({ id: '1', name: 'Ada' }),
      broken: () => {
        throw Object.assign(new Error('no'), { extensions: { code: 'BROKEN' } });
      },
    },
  },
};
const reviews: TestSubgraph = {
  name: 'reviews',
  sdl: `${FEDERATION}
    type User @key(fields: "id") { id: ID! reviews: Int }`,
  resolvers: { User: { __resolveReference: () => ({ reviews: 3 }) } },
  intercept: (_request, response) => {
    response.writeHead(503).end('away');
    return true;
  },
};

const PROMETHEUS = 'telemetry: { exporters: { metrics: { prometheus: { enabled: true } } } }\n';

async function readMetrics(url: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(url);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  return parseMetrics(await response.text());
}

describe('the metrics of the gateway', () => {
  it('count requests, fetches, errors and plans', async () => {
    await using graph = await startEdgeGraph(PROMETHEUS, [accounts, reviews]);
    await graph.query('query Me { me { name } }');
    await graph.query('query Me { me { name } }');
    await graph.query('query Me { me { name reviews } }');
    await graph.query('{ broken }');
    await graph.query('{ nothing }');
    const metrics = await readMetrics(`${graph.gateway.url}/metrics`);
    const requests = (type: string, status = 200) =>
      metrics.get(
        `http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="${status}",graphql_operation_type="${type}"}`,
      );
    const fetches = (subgraph: string, outcome: string) =>
      metrics.get(`http_client_request_duration_seconds_count{subgraph_name="${subgraph}",outcome="${outcome}"}`);
    expect(requests('query')).toBe(4);
    expect(requests('')).toBe(1);
    expect(fetches('accounts', 'ok')).toBe(3);
    expect(fetches('accounts', 'graphql_error')).toBe(1);
    expect(fetches('reviews', 'unreachable')).toBe(1);
    expect(metrics.get('apollo_router_graphql_error_total{code="SUBREQUEST_HTTP_ERROR"}')).toBe(1);
    expect(metrics.get('apollo_router_graphql_error_total{code="GRAPHQL_VALIDATION_FAILED"}')).toBe(1);
    expect(metrics.get('apollo_router_cache_hit_count{kind="query planner",storage="memory"}')).toBe(1);
    expect(metrics.get('apollo_router_cache_miss_count{kind="query planner",storage="memory"}')).toBe(3);
    expect(metrics.get('apollo_router_cache_size{kind="query planner",storage="memory"}')).toBe(3);
    expect(metrics.get('apollo_router_query_planning_plan_duration_seconds_count')).toBe(3);
    expect(metrics.get('http_server_active_requests')).toBe(1);
    expect(metrics.has('nodejs_eventloop_lag_seconds')).toBe(true);
    expect(metrics.has('process_cpu_seconds_total')).toBe(true);
  });

  it('are not served unless the configuration says so', async () => {
    await using graph = await startEdgeGraph('supergraph: {}\n', [accounts]);
    expect((await fetch(`${graph.gateway.url}/metrics`)).status).toBe(404);
  });

  it('count what the edge refuses: rates and unknown persisted queries', async () => {
    await using graph = await startEdgeGraph(`${PROMETHEUS}rate_limit: { capacity: 1, interval: 60s }\n`, [accounts]);
    await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
    });
    await graph.query('{ me { id } }');
    const metrics = await readMetrics(`${graph.gateway.url}/metrics`);
    expect(metrics.get('apollo_router_graphql_error_total{code="PERSISTED_QUERY_NOT_FOUND"}')).toBe(1);
    expect(metrics.get('apollo_router_graphql_error_total{code="RATE_LIMITED"}')).toBe(1);
  });

  it('have an address of their own where the configuration gives one', async () => {
    await using graph = await startEdgeGraph(
      'telemetry: { exporters: { metrics: { prometheus: { enabled: true, listen: "127.0.0.1:0", path: /prom } } } }\n',
      [accounts],
    );
    expect((await fetch(`${graph.gateway.url}/prom`)).status).toBe(404);
    const metrics = await readMetrics(`${graph.gateway.metricsUrl}/prom`);
    expect(metrics.has('http_server_active_requests')).toBe(true);
  });

  it('count subscriptions and their events', async () => {
    const configText = PROMETHEUS;
    await using feed = await startFeed({ configText });
    const client = createClient({ url: feed.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
    feed.feed.post('hello', 3);
    const events = client.iterate({ query: 'subscription Posts { posted { seq } }' });
    for (let n = 0; n < 3; n += 1) await events.next();
    const open = await readMetrics(`${feed.gateway.url}/metrics`);
    expect(open.get('apollo_router_opened_subscriptions')).toBe(1);
    expect(open.get('gateway_subscription_events_total{subgraph_name="feed"}')).toBe(3);
    await feed.killFeed();
    await feed.restartFeed();
    feed.feed.post('again');
    await events.next();
    const resumed = await readMetrics(`${feed.gateway.url}/metrics`);
    expect(resumed.get('gateway_subscription_resumptions_total{reason="lost_connection"}')).toBeGreaterThan(0);
    await events.return?.();
    await client.dispose();
    await feed.feed.until(({ open: count }) => count === 0);
    const closed = await readMetrics(`${feed.gateway.url}/metrics`);
    expect(closed.get('apollo_router_opened_subscriptions')).toBe(0);
    expect(
      closed.get('apollo_router_operations_total{graphql_operation_type="subscription",transport="websocket"}'),
    ).toBe(1);
  });

  it('go by OTLP too', async () => {
    await using receiver = await startReceiver();
    const graph = await startEdgeGraph(
      `telemetry: { exporters: { metrics: { common: { service_name: shop }, otlp: { enabled: true, protocol: http, endpoint: "${receiver.url}", http: { headers: { x-key: k } } } } } }\n`,
      [accounts],
    );
    await graph.query('{ me { id } }');
    await graph[Symbol.asyncDispose]();
    const [{ path, headers, body } = { path: '', headers: {}, body: Buffer.of() }] = receiver.received;
    expect(path).toBe('/v1/metrics');
    expect(headers['x-key']).toBe('k');
    const [{ resource, scopeMetrics }] = JSON.parse(body.toString()).resourceMetrics;
    expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'shop' } });
    const all = scopeMetrics.flatMap((scope: { metrics: unknown[] }) => scope.metrics);
    const requests = all.find(({ name }: { name: string }) => name === 'http.server.request.duration');
    expect(requests.unit).toBe('s');
    expect(requests.histogram.dataPoints[0].count).toBe(1);
    expect(requests.histogram.dataPoints[0].bucketCounts.reduce((sum: number, n: number) => sum + n, 0)).toBe(1);
  });
});

describe('the line of each operation in the log', () => {
  it('names operation, client, viewer, trace, duration and status', async () => {
    const { log, until } = createTestLog();
    await using graph = await startEdgeGraph('supergraph: {}\n', [accounts], {
      log,
      tracing: {},
      hooks: { identify: () => ({ key: 'u', subject: 'u1', token: 'secret-token', scopes: [], claims: {} }) },
    });
    await graph.query(
      'query Me { me { name } broken }',
      {},
      {
        'apollographql-client-name': 'web',
        'apollographql-client-version': '1.2',
        traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
        authorization: 'Bearer secret-token',
      },
    );
    const line = await until(({ action }) => action === 'operation.answered');
    expect(line).toEqual({
      timestamp: expect.any(String),
      level: 'INFO',
      service: 'gateway',
      action: 'operation.answered',
      requestId: expect.any(String),
      traceId: '0123456789abcdef0123456789abcdef',
      operationName: 'Me',
      operationType: 'query',
      clientName: 'web',
      clientVersion: '1.2',
      userId: 'u1',
      transport: 'http',
      status: 200,
      errors: 1,
      code: 'BROKEN',
      durationMs: expect.any(Number),
    });
  });

  it('is written for subscriptions when they end, with what the client said in connection_init', async () => {
    const { log, until } = createTestLog();
    await using feed = await startFeed({ log });
    const client = createClient({
      url: feed.socketUrl,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { 'apollographql-client-name': 'phone' },
    });
    feed.feed.post('hello');
    const events = client.iterate({ query: 'subscription Posts { posted { seq } }' });
    await events.next();
    await events.return?.();
    const line = await until(({ action }) => action === 'operation.answered');
    expect(line).toMatchObject({
      operationName: 'Posts',
      operationType: 'subscription',
      clientName: 'phone',
      transport: 'websocket',
    });
    await client.dispose();
  });

  it('can be switched off', async () => {
    const { log, lines } = createTestLog();
    const graph = await startEdgeGraph('telemetry: { exporters: { logging: { requests: off } } }\n', [accounts], {
      log,
    });
    await graph.query('{ me { id } }');
    await graph[Symbol.asyncDispose]();
    expect(lines.map(({ action }) => action)).toEqual(['gateway.started', 'gateway.stopped']);
  });
});

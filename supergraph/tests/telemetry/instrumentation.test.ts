import { parseConfig } from '../../src/config/config.parse.ts';
import { CustomInstruments } from '../../src/telemetry/custom.instruments.ts';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { startFeed } from '../subscription/subscription.fixture.ts';
import { openStream } from '../support/stream.client.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { createTestLog, parseMetrics, spansOf, startReceiver } from './telemetry.fixture.ts';

const accounts: TestSubgraph = {
  name: 'accounts',
  sdl: `${FEDERATION} type Query { me(id: ID): User broken: String } type User @key(fields: "id") { id: ID! name: String }`,
  resolvers: {
    Query: {
      me: (_: unknown, { id }: { id?: string }) => ({ id: id ?? '1', name: 'Ada' }),
      broken() {
        throw new Error('It broke.');
      },
    },
  },
};
let isAway = false;
const reviews: TestSubgraph = {
  name: 'reviews',
  sdl: `${FEDERATION} type User @key(fields: "id") { id: ID! reviews: Int }`,
  resolvers: { User: { __resolveReference: () => ({ reviews: 3 }) } },
  intercept: (_request, response) => {
    response.setHeader('x-shard', 'seven');
    if (!isAway) return false;
    response.writeHead(503).end('away');
    return true;
  },
};

beforeEach(() => {
  isAway = false;
});

const exporter = (url: string) =>
  `exporters: { tracing: { propagation: { baggage: true }, otlp: { enabled: true, endpoint: "${url}", batch_processor: { scheduled_delay: 20ms } } } }`;

async function post(url: string, query: string, { variables = {}, headers = {} } = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

describe('custom attributes of spans', () => {
  it('have what selectors find', async () => {
    await using receiver = await startReceiver();
    process.env.TEST_REGION = 'eu-1';
    const config = `include_subgraph_errors: { all: true }
telemetry:
  ${exporter(receiver.url)}
  instrumentation:
    spans:
      router:
        attributes:
          http.request.method: true
          user_agent.original: { alias: agent }
          tenant: { request_header: X-Tenant }
          missing: { request_header: x-none }
          fallback: { request_header: x-none, default: none }
          region: { env: TEST_REGION }
          fixed: { static: 7 }
          short: text
          status: { response_status: code }
          reason: { response_status: reason }
          type: { response_header: content-type }
          failed: { on_graphql_error: true }
          user: { baggage: user }
          trace: { trace_id: open_telemetry }
          large: { static: true, condition: { gt: [{ request_header: content-length }, 100000] } }
          small: { static: true, condition: { lt: [{ request_header: content-length }, 100000] } }
      supergraph:
        attributes:
          graphql.document: true
          op: { operation_name: string }
          hashed: { operation_name: hash }
          kind: { operation_kind: string }
          id: { query_variable: id }
          name: { response_data: $.me.name }
          first: { response_errors: "$.[0].message" }
      subgraph:
        attributes:
          subgraph.graphql.operation.type: { alias: operation }
          shard: { subgraph_response_header: x-shard }
          code: { subgraph_response_status: code }
          who: { subgraph_name: true }
          reviews: { subgraph_response_data: "$._entities[0].reviews" }
          sent: { subgraph_request_header: accept }
          of: { supergraph_operation_name: string }
`;
    await using graph = await startEdgeGraph(config, [accounts, reviews]);
    const query = 'query Q($id: ID) { me(id: $id) { name reviews } broken }';
    const headers = { 'x-tenant': 'shop', baggage: 'a=b,user=ann%20x;p=1', 'user-agent': 'test' };
    await post(graph.url, query, { variables: { id: '5' }, headers });
    await receiver.until(() => spansOf(receiver).some(({ name }) => name === 'router'));
    const spans = spansOf(receiver);
    const root = spans.find(({ name }) => name === 'router');
    const { attributes } = root!;
    expect(attributes).toMatchObject({
      'http.request.method': 'POST',
      agent: 'test',
      tenant: 'shop',
      fallback: 'none',
      region: 'eu-1',
      fixed: 7,
      short: 'text',
      status: 200,
      reason: 'OK',
      type: 'application/json; charset=utf-8',
      failed: true,
      user: 'ann x',
      trace: root?.traceId,
      small: true,
      'graphql.document': query,
      op: 'Q',
      hashed: expect.stringMatching(/^[\da-f]{64}$/),
      kind: 'query',
      id: '5',
      name: 'Ada',
      first: expect.stringContaining('It broke.'),
    });
    for (const name of ['missing', 'large', 'user_agent.original']) expect(attributes).not.toHaveProperty([name]);
    const fetched = spans.filter(({ name }) => name === 'fetch').map((span) => span.attributes);
    expect(fetched.find(({ who }) => who === 'reviews')).toMatchObject({
      operation: 'query',
      shard: 'seven',
      code: 200,
      reviews: 3,
      sent: expect.stringContaining('json'),
      of: 'Q',
    });
  });
});

describe('custom events', () => {
  const config = `telemetry:
  instrumentation:
    events:
      router:
        request: { level: info, condition: { eq: [{ request_header: x-log }, "yes"] } }
        response: "off"
        acme.failed:
          message: An operation failed
          level: warn
          on: response
          condition: { all: [{ eq: [{ on_graphql_error: true }, true] }, { not: { exists: { request_header: x-quiet } } }] }
          attributes: { status: { response_status: code }, who: { request_header: x-user, default: nobody } }
      supergraph:
        acme.asked: { message: Asked, level: info, on: request, attributes: { op: { operation_name: string } } }
        error: error
      subgraph:
        acme.away: { message: Away, level: error, on: error, attributes: { name: { subgraph_name: true }, why: { error: reason } } }
        response: { level: info, condition: { eq: [{ subgraph_name: true }, reviews] } }
`;

  it('are lines of the log, where their conditions hold', async () => {
    const { log, lines, until } = createTestLog();
    await using graph = await startEdgeGraph(config, [accounts, reviews], { log });
    const headers = { 'x-log': 'yes', authorization: 'Bearer secret', 'x-user': 'ann' };
    await post(graph.url, 'query Named { me { name reviews } }', { headers });
    expect(await until(({ action }) => action === 'router.request')).toMatchObject({
      level: 'INFO',
      method: 'POST',
      path: '/graphql',
      headers: { 'x-log': 'yes' },
    });
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(lines.find(({ type }) => type === 'acme.asked')).toMatchObject({
      action: 'telemetry.event',
      message: 'Asked',
      attributes: { op: 'Named' },
    });
    const answered = lines.filter(({ action }) => action === 'subgraph.response');
    expect(answered).toMatchObject([
      { subgraph: 'reviews', status: 200, body: { data: { _entities: [{ reviews: 3 }] } } },
    ]);
    expect(lines.some(({ type }) => type === 'acme.failed')).toBe(false);

    isAway = true;
    await post(graph.url, '{ me { reviews } }', { headers: { 'x-user': 'bob' } });
    expect(await until(({ type }) => type === 'acme.failed')).toMatchObject({
      level: 'WARN',
      attributes: { status: 200, who: 'bob' },
    });
    expect(lines.find(({ type }) => type === 'acme.away')).toMatchObject({
      level: 'ERROR',
      attributes: { name: 'reviews', why: expect.stringContaining('503') },
    });
    await post(graph.url, '{ me { reviews } }', { headers: { 'x-quiet': '1' } });
    await post(graph.url, '{ nothing }');
    expect(await until(({ action }) => action === 'supergraph.error')).toMatchObject({
      error: expect.stringContaining('nothing'),
    });
    expect(
      lines.filter(
        ({ type, attributes }) => type === 'acme.failed' && (attributes as { who: string }).who === 'nobody',
      ),
    ).toHaveLength(1);
    expect(lines.filter(({ action }) => action === 'router.request')).toHaveLength(1);
  });

  it('follow a stream', async () => {
    const { log, until } = createTestLog();
    const configText = `telemetry:
  instrumentation:
    events:
      supergraph:
        seen: { message: Seen, level: info, on: event_response, condition: { eq: [{ operation_kind: string }, subscription] },
          attributes: { text: { response_data: $.posted.text }, first: { is_primary_response: true } } }
`;
    await using test = await startFeed({ configText, log });
    using stream = await openStream(
      test.url,
      { query: 'subscription { posted { seq text } }' },
      { accept: 'text/event-stream' },
    );
    test.feed.post('one');
    test.feed.post('two');
    await stream.untilSeen('"text":"two"');
    const seen = async (text: string) =>
      (await until(({ attributes }) => (attributes as { text?: string } | undefined)?.text === text)).attributes;
    expect(await seen('one')).toEqual({ text: 'one', first: true });
    expect(await seen('two')).toEqual({ text: 'two', first: false });
  });
});

describe('custom instruments', () => {
  it('count and measure at each level', async () => {
    const config = `include_subgraph_errors: { all: true }
telemetry:
  exporters: { metrics: { prometheus: { enabled: true }, common: { buckets: [0.5, 60] } } }
  instrumentation:
    instruments:
      router:
        acme.requests: { value: unit, type: counter, unit: request, description: "Requests by tenant",
          attributes: { tenant: { request_header: x-tenant, default: none }, http.request.method: true } }
        acme.errors: { value: unit, type: counter, unit: error, description: d, condition: { eq: [{ on_graphql_error: true }, true] } }
        acme.size: { value: { request_header: content-length }, type: histogram, unit: By, description: d }
      supergraph:
        acme.duration: { value: duration, type: histogram, unit: s, description: d, attributes: { graphql.operation.type: { alias: kind } } }
        acme.events: { value: event_unit, type: counter, unit: event, description: d }
        acme.ids: { value: { event_custom: { response_data: $.me.id } }, type: counter, unit: id, description: d }
      subgraph:
        acme.fetches: { value: unit, type: counter, unit: fetch, description: d, attributes: { subgraph.name: true, code: { subgraph_response_status: code } } }
        acme.fetch.time: { value: duration, type: histogram, unit: ms, description: d }
`;
    await using graph = await startEdgeGraph(config, [accounts, reviews]);
    await post(graph.url, '{ me(id: "5") { id name reviews } }', { headers: { 'x-tenant': 'shop' } });
    await post(graph.url, '{ broken }');
    const text = await (await fetch(`${graph.gateway.url}/metrics`)).text();
    expect(text).toContain('# HELP acme_requests_total Requests by tenant');
    const metrics = parseMetrics(text);
    expect(
      Object.fromEntries([...metrics].filter(([name]) => name.startsWith('acme_') && !name.includes('_sum'))),
    ).toMatchObject({
      'acme_requests_total{tenant="shop",http_request_method="POST"}': 1,
      'acme_requests_total{tenant="none",http_request_method="POST"}': 1,
      acme_errors_total: 1,
      'acme_size_bytes_bucket{le="60"}': expect.any(Number),
      acme_size_bytes_count: 2,
      'acme_duration_seconds_bucket{le="60",kind="query"}': 2,
      acme_events_total: 2,
      acme_ids_total: 5,
      'acme_fetches_total{subgraph_name="accounts",code="200"}': 2,
      'acme_fetches_total{subgraph_name="reviews",code="200"}': 1,
      'acme_fetch_time_milliseconds_bucket{le="60000"}': 3,
    });
  });

  it('are bounded, whatever clients make up', async () => {
    const { log, lines } = createTestLog();
    const text = `telemetry: { instrumentation: { instruments: { supergraph: { acme.all: { value: unit, type: counter, unit: u,
      description: d, attributes: { v: { query_variable: id } } } } } } }`;
    const { config } = parseConfig(text, 'a.yaml');
    const instruments = new CustomInstruments(config.telemetry.instrumentation.instruments, log, null);
    const [measure] = instruments.at('supergraph').onResponse;
    for (let id = 0; id < 2_100; id += 1) {
      const request = { variables: { id: `${id}`.padStart(300, '0') } };
      measure?.(
        { context: { id: 'r', headers: {}, identity: null, signal: new AbortController().signal, request } },
        1,
      );
    }
    const series = (await instruments.registry.metrics()).match(/^acme_all_total\{.*/gm) ?? [];
    expect(series).toHaveLength(1);
    expect(series[0]?.length).toBeLessThan(250);
    expect(lines).toEqual([]);
    for (let id = 0; id < 2_100; id += 1) {
      const request = { variables: { id } };
      measure?.(
        { context: { id: 'r', headers: {}, identity: null, signal: new AbortController().signal, request } },
        1,
      );
    }
    expect((await instruments.registry.metrics()).match(/^acme_all_total\{/gm)).toHaveLength(2_000);
    expect(lines).toMatchObject([{ action: 'metrics.full', instrument: 'acme.all' }]);
  });
});

import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { startFeed } from '../subscription/subscription.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { createTestLog, type Receiver, spansOf, startReceiver } from './telemetry.fixture.ts';

const accounts: TestSubgraph = {
  name: 'accounts',
  sdl: `${FEDERATION}
    type Query { me: User }
    type User @key(fields: "id") { id: ID! name: String }`,
  resolvers: { Query: { me: () => ({ id: '1', name: 'Ada' }) } },
};
const reviews: TestSubgraph = {
  name: 'reviews',
  sdl: `${FEDERATION}
    type User @key(fields: "id") { id: ID! reviews: Int }`,
  resolvers: { User: { __resolveReference: () => ({ reviews: 3 }) } },
};

const TRACE = '0123456789abcdef0123456789abcdef';
const PARENT = 'abcdef0123456789';

const traced = (receiver: Receiver, common = '', more = '') => `
telemetry:
  exporters:
    tracing:
      common: { service_name: shop${common} }
      propagation: { baggage: true }
      otlp: { enabled: true, protocol: http, endpoint: "${receiver.url}", batch_processor: { scheduled_delay: 20ms } }
${more}`;

describe('the traces of the gateway', () => {
  it('have a span for each step and each fetch, in the trace of client and subgraphs', async () => {
    await using receiver = await startReceiver();
    const graph = await startEdgeGraph(traced(receiver), [accounts, reviews]);
    const headers = {
      traceparent: `00-${TRACE}-${PARENT}-01`,
      tracestate: 'vendor=1',
      baggage: 'tenant=7',
      'apollographql-client-name': 'web',
    };
    await graph.query('query Me { me { name reviews } }', {}, headers);
    await graph[Symbol.asyncDispose]();

    const spans = spansOf(receiver);
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'execution',
      'fetch',
      'fetch',
      'parse_query',
      'query_planning',
      'router',
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    const named = (name: string) => spans.filter((span) => span.name === name);
    const [router] = named('router');
    const [execution] = named('execution');
    expect(router?.parentSpanId).toBe(PARENT);
    expect(router?.attributes).toMatchObject({
      'graphql.operation.name': 'Me',
      'graphql.operation.type': 'query',
      'client.name': 'web',
      'http.response.status_code': 200,
    });
    expect(execution?.parentSpanId).toBe(router?.spanId);
    const fetches = named('fetch');
    expect(fetches.map(({ parentSpanId }) => parentSpanId)).toEqual([execution?.spanId, execution?.spanId]);
    expect(graph.requests.map(({ subgraph, headers: sent }) => [subgraph, sent.traceparent])).toEqual(
      fetches.map(({ attributes, spanId }) => [attributes['subgraph.name'], `00-${TRACE}-${spanId}-01`]),
    );
    expect(graph.requests.map(({ headers: sent }) => [sent.tracestate, sent.baggage])).toEqual([
      ['vendor=1', 'tenant=7'],
      ['vendor=1', 'tenant=7'],
    ]);
    const [export0] = receiver.received;
    const { resource } = JSON.parse(String(export0?.body)).resourceSpans[0];
    expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'shop' } });
  });

  it('are recorded as the client decided, and by the sampler where it did not', async () => {
    await using receiver = await startReceiver();
    const graph = await startEdgeGraph(traced(receiver, ', sampler: always_off'), [accounts]);
    await graph.query('{ me { id } }');
    await graph.query('{ me { id } }', {}, { traceparent: `00-${TRACE}-${PARENT}-00` });
    await graph.query('{ me { id } }', {}, { traceparent: `00-${TRACE}-${PARENT}-01` });
    await graph[Symbol.asyncDispose]();
    expect(spansOf(receiver).map(({ traceId }) => traceId)).toEqual(Array(3).fill(TRACE));
    const [first, second, third] = graph.requests.map(({ headers }) => String(headers.traceparent));
    expect(first).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
    expect(second).toBe(`00-${TRACE}-${PARENT}-00`);
    expect(third).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-01$`));
  });

  it('are recorded by the sampler alone where the configuration says so', async () => {
    await using receiver = await startReceiver();
    const graph = await startEdgeGraph(traced(receiver, ', sampler: 0, parent_based_sampler: false'), [accounts]);
    await graph.query('{ me { id } }', {}, { traceparent: `00-${TRACE}-${PARENT}-01` });
    await graph[Symbol.asyncDispose]();
    expect(spansOf(receiver)).toEqual([]);
    expect(graph.requests[0]?.headers.traceparent).toBe(`00-${TRACE}-${PARENT}-00`);
  });

  it('go to Zipkin, and tell the client and the log their id', async () => {
    await using receiver = await startReceiver();
    const { log, until } = createTestLog();
    const graph = await startEdgeGraph(
      `telemetry: { exporters: { tracing: { zipkin: { enabled: true, endpoint: "${receiver.url}" }, response_trace_id: { enabled: true, header_name: X-Trace-Id } } } }\n`,
      [accounts],
      { log },
    );
    const response = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"query Me { me { id } }"}',
    });
    const traceId = response.headers.get('x-trace-id');
    expect(traceId).toMatch(/^[\da-f]{32}$/);
    expect(await until(({ action }) => action === 'operation.answered')).toMatchObject({ traceId });
    await graph[Symbol.asyncDispose]();
    const [{ path, body } = { path: '', body: Buffer.of() }] = receiver.received;
    expect(path).toBe('/api/v2/spans');
    const spans: { name: string; traceId: string; timestamp: number; localEndpoint: { serviceName: string } }[] =
      JSON.parse(String(body));
    // Zipkin refuses whatever has fractions of a microsecond.
    expect(spans.filter(({ timestamp }) => !Number.isInteger(timestamp))).toEqual([]);
    expect(spans.map(({ name }) => name)).toContain('router');
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(spans[0]?.localEndpoint.serviceName).toBe('gateway');
  });

  it('have a span for each event of a subscription, and reach the subgraph in its extensions', async () => {
    await using receiver = await startReceiver();
    const configText = traced(receiver);
    const test = await startFeed({ configText });
    const client = createClient({ url: test.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
    test.feed.post('hello', 2);
    const extensions = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=1', baggage: 'tenant=7' };
    const plain = client.iterate({ query: 'subscription Plain { posted { seq } }', extensions });
    for (let n = 0; n < 2; n += 1) await plain.next();
    await plain.return?.();
    const completed = client.iterate({ query: 'subscription Rest { posted { seq author { name } } }', extensions });
    await completed.next();
    await completed.return?.();
    await test.feed.until(({ open }) => open === 0);
    await client.dispose();
    await test[Symbol.asyncDispose]();

    const spans = spansOf(receiver);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    const routers = spans.filter(({ name }) => name === 'router');
    expect(routers.map(({ attributes }) => attributes['graphql.operation.name'])).toEqual(['Plain', 'Rest']);
    expect(test.feed.state.extensions).toEqual(
      routers.map(({ spanId }) => ({
        traceparent: `00-${TRACE}-${spanId}-01`,
        tracestate: 'vendor=1',
        baggage: 'tenant=7',
      })),
    );
    const events = spans.filter(({ name }) => name === 'subscription_event');
    expect(events.filter(({ parentSpanId }) => parentSpanId === routers[0]?.spanId)).toHaveLength(2);
    const rest = events.filter(({ parentSpanId }) => parentSpanId === routers[1]?.spanId);
    const fetches = spans.filter(({ name }) => name === 'fetch');
    expect(fetches.length).toBeGreaterThan(0);
    for (const { parentSpanId } of fetches) expect(rest.map(({ spanId }) => spanId)).toContain(parentSpanId);
  });

  it('follow a changed configuration without a restart', async () => {
    await using first = await startReceiver();
    await using second = await startReceiver();
    const { log, until } = createTestLog();
    await using graph = await startEdgeGraph(traced(first), [accounts], { log });
    await graph.query('{ me { id } }');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(graph.configFile, traced(second));
    await until(({ action }) => action === 'config.reloaded');
    await graph.query('{ me { id } }');
    await second.until((received) => received.length > 0);
    expect(spansOf(first).map(({ name }) => name)).toContain('router');
    expect(spansOf(second).map(({ name }) => name)).toContain('router');
  });
});

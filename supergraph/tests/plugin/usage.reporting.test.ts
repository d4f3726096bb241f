import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type IContextualizedStats, Report, type Trace } from '@apollo/usage-reporting-protobuf';
import { GraphQLError, parse } from 'graphql';
import { type GatewayOptions, startGateway } from '../../src/gateway/gateway.ts';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { connect, startFeed } from '../subscription/subscription.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { createTestLog, type Receiver, startReceiver } from '../telemetry/telemetry.fixture.ts';

const apollo = { key: 'service:shop:secret', graphRef: 'shop@prod' };

const subgraphs: readonly TestSubgraph[] = [
  {
    name: 'accounts',
    sdl: `${FEDERATION}
      type Query { me: User fail: String }
      type User @key(fields: "id") { id: ID! name: String }`,
    resolvers: {
      Query: {
        me: () => ({ id: '1', name: 'Ada' }),
        fail: () => {
          throw new GraphQLError('no');
        },
      },
    },
  },
  {
    name: 'reviews',
    sdl: `${FEDERATION}
      type User @key(fields: "id") { id: ID! reviews: Int }`,
    resolvers: { User: { __resolveReference: () => ({ reviews: 3 }) } },
  },
];

/** Subgraphs by Apollo Server, which answer the question for traces. */
async function startApolloGraph(options: Partial<GatewayOptions>) {
  await using stack = new AsyncDisposableStack();
  const asked: (string | undefined)[] = [];
  const services = await Promise.all(
    subgraphs.map(async ({ name, sdl, resolvers }) => {
      const apolloServer = new ApolloServer({
        schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]),
        csrfPrevention: false,
        logger: { debug() {}, info() {}, warn() {}, error() {} },
      });
      await apolloServer.start();
      const server = createServer(async (request, response) => {
        asked.push(request.headers['apollo-federation-include-trace'] as string | undefined);
        let text = '';
        for await (const chunk of request) text += chunk;
        const headers = new HeaderMap(Object.entries(request.headers).map(([key, value]) => [key, String(value)]));
        const answer = await apolloServer.executeHTTPGraphQLRequest({
          httpGraphQLRequest: { method: 'POST', headers, search: '', body: JSON.parse(text) },
          context: async () => ({}),
        });
        response.setHeader('content-type', 'application/json');
        response.end(answer.body.kind === 'complete' ? answer.body.string : '');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      stack.defer(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        await apolloServer.stop();
      });
      return {
        name,
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
        typeDefs: parse(sdl),
      };
    }),
  );
  const { supergraphSdl } = composeServices(services);
  const gateway = stack.use(
    await startGateway({
      supergraph: { sdl: supergraphSdl as string },
      port: 0,
      log: createTestLog('silent').log,
      apollo,
      ...options,
    }),
  );
  const owned = stack.move();
  return {
    asked,
    query: async (query: string, headers: Record<string, string> = {}, variables = {}) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return response.json();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function readReports({ received }: Receiver): Report[] {
  return received.filter(({ path }) => path === '/api/ingress/traces').map(({ body }) => Report.decode(body));
}

async function withConfig(text: string): Promise<AsyncDisposable & { readonly file: string }> {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const folder = await mkdtemp(join(tmpdir(), 'usage-'));
  const file = join(folder, 'router-config.yaml');
  await writeFile(file, text);
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

const reporting = (receiver: Receiver, more: string) =>
  `telemetry: { apollo: { endpoint: "${receiver.url}/api/ingress/traces", ${more} } }\n`;

function fieldsOf(node: Trace.IQueryPlanNode | null | undefined): string[] {
  if (!node) return [];
  const { fetch, flatten, sequence, parallel } = node;
  if (fetch) {
    const walk = (at: Trace.INode, path: string): string[] =>
      (at.child ?? []).flatMap((child) => {
        const here = `${path}/${child.responseName || child.index}`;
        return [`${here} ${child.parentType ?? ''} ${child.type ?? ''}`.trim(), ...walk(child, here)];
      });
    return fetch.trace?.root ? walk(fetch.trace.root, fetch.serviceName ?? '') : [`${fetch.serviceName} -`];
  }
  if (flatten) return fieldsOf(flatten.node);
  return [...(sequence?.nodes ?? []), ...(parallel?.nodes ?? [])].flatMap(fieldsOf);
}

describe('usage reports to GraphOS', () => {
  it('have the signature, the client and a trace of each field in each subgraph', async () => {
    await using receiver = await startReceiver();
    await using config = await withConfig(
      reporting(
        receiver,
        'field_level_instrumentation_sampler: always_on, send_headers: { only: [x-tenant] }, send_variable_values: all',
      ),
    );
    const graph = await startApolloGraph({ config: config.file });
    expect(
      await graph.query(
        'query Me($unused: Boolean = true) { me { name @include(if: $unused) reviews } }',
        {
          'apollographql-client-name': 'web',
          'apollographql-client-version': '1.2',
          'x-tenant': 't1',
          'x-other': 'o1',
        },
        { unused: true },
      ),
    ).toEqual({ data: { me: { name: 'Ada', reviews: 3 } } });
    await graph[Symbol.asyncDispose]();

    const [report] = readReports(receiver);
    expect(receiver.received[0]?.headers['x-api-key']).toBe(apollo.key);
    expect(report?.header).toMatchObject({ graphRef: 'shop@prod' });
    expect(report?.operationCount).toBe(1);
    const [[signature, { trace: traces = [], referencedFieldsByType = {} } = {}] = ['']] = Object.entries(
      report?.tracesPerQuery ?? {},
    );
    expect(signature).toBe('# Me\nquery Me($unused:Boolean=true){me{name@include(if:$unused)reviews}}');
    expect(Object.keys(referencedFieldsByType ?? {}).sort()).toEqual(['Query', 'User']);
    const [trace] = traces as Trace[];
    expect(trace).toMatchObject({ clientName: 'web', clientVersion: '1.2' });
    expect(trace?.details?.variablesJson).toEqual({ unused: 'true' });
    expect(Object.keys(trace?.http?.requestHeaders ?? {})).toEqual(['x-tenant']);
    expect(trace?.queryPlan?.sequence).toBeTruthy();
    expect(fieldsOf(trace?.queryPlan)).toEqual([
      'accounts/me Query User',
      'accounts/me/id User ID!',
      'accounts/me/name User String',
      'reviews/_entities Query [_Entity]!',
      'reviews/_entities/0',
      'reviews/_entities/0/reviews User Int',
    ]);
    expect(graph.asked).toEqual(['ftv1', 'ftv1']);
  });

  it('count every operation, and name where errors came from, without asking subgraphs for traces', async () => {
    await using receiver = await startReceiver();
    await using config = await withConfig(reporting(receiver, 'field_level_instrumentation_sampler: always_off'));
    const graph = await startApolloGraph({ config: config.file });
    for (let n = 0; n < 3; n += 1) await graph.query('query Me { me { name } }');
    await graph.query('query Fail { fail }');
    await graph.query('{ nothing }');
    await graph.query('{');
    await graph[Symbol.asyncDispose]();
    expect(graph.asked).toEqual([undefined, undefined, undefined, undefined]);
    const reports = readReports(receiver);
    const stats = (key: string) =>
      reports
        .flatMap(({ tracesPerQuery }) => (tracesPerQuery[key]?.statsWithContext ?? []) as IContextualizedStats[])
        .map(({ queryLatencyStats }) => queryLatencyStats);
    expect(stats('# Me\nquery Me{me{name}}')).toMatchObject([{ requestCount: 3 }]);
    const [failed] = stats('# Fail\nquery Fail{fail}');
    expect(failed).toMatchObject({ requestCount: 1, requestsWithErrorsCount: 1 });
    expect(failed?.rootErrorStats?.children?.['service:accounts']?.children?.fail?.errorsCount).toBe(1);
    const keys = reports.flatMap(({ tracesPerQuery }) => Object.keys(tracesPerQuery));
    expect(keys).toEqual(expect.arrayContaining(['## GraphQLValidationFailure\n', '## GraphQLParseFailure\n']));
    expect(reports.reduce((sum, { operationCount }) => sum + Number(operationCount), 0)).toBe(4);
  });

  it('have subscriptions too, once they have ended', async () => {
    await using receiver = await startReceiver();
    const test = await startFeed({ apollo, configText: reporting(receiver, '') });
    const client = connect(test.socketUrl, { 'apollographql-client-name': 'phone' });
    test.feed.post('hello');
    const events = client.iterate({ query: 'subscription Posts { posted { seq } }' });
    await events.next();
    await events.return?.();
    await test.feed.until(({ open }) => open === 0);
    await client[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
    const [report] = readReports(receiver);
    expect(Object.keys(report?.tracesPerQuery ?? {})).toEqual(['# Posts\nsubscription Posts{posted{seq}}']);
  });

  it('are not made without a graph to report for', async () => {
    await using receiver = await startReceiver();
    const graph = await startEdgeGraph(reporting(receiver, ''), subgraphs);
    await graph.query('{ me { name } }');
    await graph[Symbol.asyncDispose]();
    expect(receiver.received).toEqual([]);
  });
});

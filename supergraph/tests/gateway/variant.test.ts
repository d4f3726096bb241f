import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { checkConfig } from '../../src/config/config.parse.ts';
import { believeHeaders, startEdgeGraph } from '../edge/edge.fixture.ts';
import { createFolder, observeLog } from '../support/source.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';

const shop: TestSubgraph = {
  name: 'shop',
  sdl: `${FEDERATION}
    type Query { product: Product @tag(name: "partner") admin: String }
    type Mutation { order: String @tag(name: "partner") }
    type Product @key(fields: "sku") { sku: ID! name: String @tag(name: "partner") }`,
  resolvers: {
    Query: { product: () => ({ sku: '1', name: 'Chair' }), admin: () => 'root' },
    Mutation: { order: () => 'ordered' },
  },
};
const stock: TestSubgraph = {
  name: 'stock',
  sdl: `${FEDERATION} type Product @key(fields: "sku") { sku: ID! left: Int @tag(name: "partner") cost: Int }`,
  resolvers: { Product: { left: () => 3, cost: () => 9 } },
};
const variant = (more = '') => `
supergraph: { introspection: false }
variants:
  - name: partner
    path: /partner/graphql
    contract: { include_tags: [partner] }
${more.replace(/^/gm, '    ')}
`;

function clientAt(url: string, path: string) {
  return async (body: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const { data, errors } = (await answer.json()) as {
      data?: unknown;
      errors?: { message: string; extensions: { code: string } }[];
    };
    return { status: answer.status, data, code: errors?.[0]?.extensions.code, headers: answer.headers };
  };
}

describe('a variant of the graph', () => {
  it('is a part of it at a path of its own, planned over keys that its clients do not see', async () => {
    await using graph = await startEdgeGraph(variant(), [shop, stock]);
    const [whole, partner] = [clientAt(graph.url, '/graphql'), clientAt(graph.url, '/partner/graphql')];
    expect(await partner({ query: '{ product { name left } }' })).toMatchObject({
      data: { product: { name: 'Chair', left: 3 } },
    });
    for (const query of [
      '{ admin }',
      '{ product { sku } }',
      '{ product { cost } }',
      '{ __schema { types { name } } }',
    ]) {
      expect([query, (await partner({ query })).code]).toEqual([query, 'GRAPHQL_VALIDATION_FAILED']);
    }
    expect(await whole({ query: '{ admin product { sku cost } }' })).toMatchObject({
      data: { admin: 'root', product: { sku: '1', cost: 9 } },
    });
    expect((await fetch(new URL('/other/graphql', graph.url), { method: 'POST' })).status).toBe(404);
  });

  it('is served over WebSocket too', async () => {
    await using graph = await startEdgeGraph(variant(), [shop, stock]);
    const url = new URL('/partner/graphql', graph.url.replace('http', 'ws')).href;
    const client = createClient({ url, retryAttempts: 0 });
    await using _client = { [Symbol.asyncDispose]: async () => client.dispose() };
    const run = async (query: string) => (await client.iterate({ query }).next()).value;
    expect(await run('{ product { left } }')).toEqual({ data: { product: { left: 3 } } });
    await expect(run('{ admin }')).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    const lost = createClient({ url: url.replace('/partner', '/other'), retryAttempts: 0 });
    await expect(lost.iterate({ query: '{ admin }' }).next()).rejects.toBeDefined();
  });

  it('has introspection, mutations and limits of its own', async () => {
    const config = variant(
      'introspection: true\nforbid_mutations: true\nrequire_authentication: true\nlimits: { router: { max_depth: 2 } }',
    );
    await using graph = await startEdgeGraph(config, [shop, stock], { hooks: believeHeaders });
    const [whole, partner] = [clientAt(graph.url, '/graphql'), clientAt(graph.url, '/partner/graphql')];
    const ann = { 'x-test-user': 'ann' };
    expect((await partner({ query: '{ __typename }' })).code).toBe('UNAUTHENTICATED');
    expect((await partner({ query: '{ __schema { types { name } } }' }, ann)).code).toBe('MAX_DEPTH_LIMIT');
    expect(await partner({ query: '{ __type(name: "Query") { name } }' }, ann)).toMatchObject({
      data: { __type: { name: 'Query' } },
    });
    expect((await partner({ query: 'mutation { order }' }, ann)).code).toBe('MUTATION_FORBIDDEN');
    expect(await whole({ query: 'mutation { order }' })).toMatchObject({ data: { order: 'ordered' } });
    expect((await whole({ query: '{ __type(name: "Query") { name } }' })).code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('has a safelist, a cost budget and a rate limit of its own', async () => {
    await using folder = await createFolder();
    const manifest = join(folder.path, 'manifest.json');
    const operations = [
      { id: 'name', name: 'Name', type: 'query', body: '{ product { name } }' },
      { id: 'dear', name: 'Dear', type: 'query', body: '{ product { name left } }' },
    ];
    await writeFile(manifest, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
    const config = variant(`apq: { enabled: false }
persisted_queries: { enabled: true, local_manifests: ["${manifest}"], safelist: { enabled: true } }
demand_control: { enabled: true, mode: enforce, strategy: { static_estimated: { list_size: 1, max: 1 } } }
rate_limit: { capacity: 3, interval: 60s }`);
    await using graph = await startEdgeGraph(config, [shop, stock]);
    const [whole, partner] = [clientAt(graph.url, '/graphql'), clientAt(graph.url, '/partner/graphql')];
    const byId = { extensions: { persistedQuery: { version: 1, sha256Hash: 'name' } } };
    const first = await partner(byId);
    expect(first).toMatchObject({ data: { product: { name: 'Chair' } } });
    expect(first.headers.get('ratelimit')).toMatch(/^"default";r=2;/);
    expect((await partner({ query: '{ product { left } }' })).code).toBe('QUERY_NOT_IN_SAFELIST');
    expect(await partner({ query: '{ product { name } }' })).toMatchObject({ data: { product: { name: 'Chair' } } });
    expect(await partner(byId)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    const other = await whole({ query: '{ admin product { left } }' });
    expect(other).toMatchObject({ data: { admin: 'root' } });
    expect(other.headers.get('ratelimit')).toBeNull();
  });

  it('refuses what costs more than its budget', async () => {
    const dear: TestSubgraph = {
      ...shop,
      sdl: shop.sdl.replace('admin: String', 'products: [Product] @tag(name: "partner")'),
      resolvers: { Query: { products: () => [{ sku: '1', name: 'Chair' }] } },
    };
    const config = variant(
      'demand_control: { enabled: true, mode: enforce, strategy: { static_estimated: { list_size: 10, max: 5 } } }',
    );
    await using graph = await startEdgeGraph(config, [dear, stock]);
    const [whole, partner] = [clientAt(graph.url, '/graphql'), clientAt(graph.url, '/partner/graphql')];
    const query = '{ products { name } }';
    expect((await partner({ query })).code).toBe('COST_ESTIMATED_TOO_EXPENSIVE');
    expect((await whole({ query })).code).toBeUndefined();
  });

  it('comes and goes by a reload', async () => {
    const { log, until } = observeLog();
    await using graph = await startEdgeGraph('homepage: { enabled: false }\n', [shop, stock], { log });
    const partner = clientAt(graph.url, '/partner/graphql');
    expect((await fetch(new URL('/partner/graphql', graph.url), { method: 'POST' })).status).toBe(404);
    await writeFile(graph.configFile, variant().replace('[partner]', '[parner]'));
    expect(await until('config.refused')).toContain('GATEWAY_INVALID_CONTRACT');
    await writeFile(graph.configFile, variant());
    await until('config.reloaded');
    expect(await partner({ query: '{ product { left } }' })).toMatchObject({ data: { product: { left: 3 } } });
  });

  it.each([
    ['path: /graphql, contract: { include_tags: [a] }', /the path \/graphql already serves another graph/],
    ['path: /p, contract: {}', /expected include_tags or exclude_tags/],
    ['path: p, contract: { include_tags: [a] }', /expected a path that begins with/],
    [
      'path: /p, contract: { include_tags: [a] }, persisted_queries: { safelist: { enabled: true } }',
      /needs persisted_queries.enabled: true/,
    ],
  ])('with { %s } is refused', (text, message) => {
    const { problems } = checkConfig(`variants:\n  - { name: p, ${text} }\n`);
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });
});

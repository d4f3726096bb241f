import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { firstValueFrom, takeWhile, toArray } from 'rxjs';
import { WebSocket } from 'ws';
import { believeHeaders, startEdgeGraph } from '../edge/edge.fixture.ts';
import { openStream, parseParts } from '../support/stream.client.ts';
import { FEDERATION, startTestGraph, type TestSubgraph } from '../support/test.graph.ts';
import type { Part } from './defer.merge.ts';

const users: TestSubgraph = {
  name: 'users',
  sdl: `${FEDERATION} type Query { me: User all: [User!]! } type Mutation { rename(name: String!): User }
    type User @key(fields: "id") { id: ID! name: String secret: String @authenticated }`,
  resolvers: {
    Query: {
      me: () => ({ id: '1', name: 'Ann', secret: 's' }),
      all: () => ['1', '2'].map((id) => ({ id, name: `name ${id}` })),
    },
    Mutation: { rename: (_: unknown, { name }: { name: string }) => ({ id: '1', name }) },
    User: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `name ${id}`, secret: 's' }) },
  },
};

/** Posts that the test lets out. */
function createPosts() {
  let release = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const subgraph: TestSubgraph = {
    name: 'posts',
    sdl: `${FEDERATION} type User @key(fields: "id") { id: ID! posts: [Post!]! broken: String! }
      type Post @key(fields: "id") { id: ID! title: String author: User }`,
    resolvers: {
      User: {
        __resolveReference: async ({ id }: { id: string }) => {
          asked.resolve();
          await release.promise;
          return { id };
        },
        posts: ({ id }: { id: string }) => [{ id: `p${id}`, title: `title ${id}`, author: { id } }],
        broken() {
          throw new Error('It broke.');
        },
      },
      Post: { __resolveReference: ({ id }: { id: string }) => ({ id, author: { id: id.slice(1) } }) },
    },
    intercept(_request, response) {
      response.once('close', () => {
        if (!response.writableFinished) aborted.resolve();
      });
      return false;
    },
  };
  return {
    subgraph,
    asked: asked.promise,
    aborted: aborted.promise,
    release: () => release.resolve(),
    hold() {
      release = Promise.withResolvers();
    },
  };
}

const accept = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json';
const json = { 'content-type': 'application/json' };
const POSTS = '{ me { name ... @defer(label: "posts") { posts { id } } } }';

async function partsOf(
  url: string,
  query: string,
  options: { variables?: object; headers?: Record<string, string> } = {},
) {
  const { variables = {}, headers } = options;
  using stream = await openStream(url, { query, variables: { ...variables } }, { accept, headers });
  return parseParts(`${await stream.end}`) as unknown as Part[];
}

describe('@defer', () => {
  it('comes as Apollo Router writes it, byte by byte, and its first part before the rest is there', async () => {
    const posts = createPosts();
    await using graph = await startTestGraph([users, posts.subgraph]);
    using stream = await openStream(graph.url, { query: POSTS }, { accept });
    expect(stream.headers['content-type']).toBe('multipart/mixed;boundary="graphql";deferSpec=20220824');
    const part = '\r\ncontent-type: application/json\r\n\r\n';
    const first = `\r\n--graphql${part}{"data":{"me":{"name":"Ann"}},"hasNext":true}\r\n--graphql`;
    expect(await stream.until((text) => text.length >= first.length)).toBe(first);
    posts.release();
    expect(await stream.end).toBe(
      `${first}${part}{"hasNext":false,"incremental":[{"label":"posts","path":["me"],"data":{"posts":[{"id":"p1"}]}}]}\r\n--graphql--\r\n`,
    );
  });

  it('tells of each object of a list, and of what is deferred within what is deferred', async () => {
    const posts = createPosts();
    posts.release();
    await using graph = await startTestGraph([users, posts.subgraph]);
    const query = `{ all { id ...Later @defer } }
      fragment Later on User { posts { title ... @defer(label: "author") { author { name } } } }`;
    const parts = await partsOf(graph.url, query);
    expect(parts[0]).toEqual({ data: { all: [{ id: '1' }, { id: '2' }] }, hasNext: true });
    expect(parts.slice(1).flatMap(({ incremental = [] }) => incremental)).toEqual([
      { path: ['all', 0], data: { posts: [{ title: 'title 1' }] } },
      { path: ['all', 1], data: { posts: [{ title: 'title 2' }] } },
      { label: 'author', path: ['all', 0, 'posts', 0], data: { author: { name: 'name 1' } } },
      { label: 'author', path: ['all', 1, 'posts', 0], data: { author: { name: 'name 2' } } },
    ]);
    expect(parts.at(-1)?.hasNext).toBe(false);
  });

  it('keeps nulls and errors of a fragment within it', async () => {
    const posts = createPosts();
    posts.release();
    await using graph = await startTestGraph([users, posts.subgraph]);
    const [first, ...later] = await partsOf(
      graph.url,
      '{ me { name ... @defer { broken } ... @defer { posts { id } } } }',
    );
    expect(first).toEqual({ data: { me: { name: 'Ann' } }, hasNext: true });
    const increments = later.flatMap(({ incremental = [] }) => incremental);
    expect(increments).toHaveLength(2);
    const errors = [expect.objectContaining({ message: 'It broke.', path: ['me', 'broken'] })];
    expect(increments).toContainEqual({ path: ['me'], data: null, errors });
    expect(increments).toContainEqual({ path: ['me'], data: { posts: [{ id: 'p1' }] } });
  });

  it('defers by a condition, true where it is left out, and answers in one piece otherwise', async () => {
    const posts = createPosts();
    posts.release();
    await using graph = await startTestGraph([users, posts.subgraph]);
    const query = 'query ($yes: Boolean) { me { name ... @defer(if: $yes) { posts { id } } } }';
    for (const variables of [{}, { yes: true }]) expect(await partsOf(graph.url, query, { variables })).toHaveLength(2);
    const whole = { data: { me: { name: 'Ann', posts: [{ id: 'p1' }] } } };
    for (const type of [accept, 'application/json']) {
      const response = await fetch(graph.url, {
        method: 'POST',
        headers: { ...json, accept: type },
        body: JSON.stringify({ query, variables: { yes: false } }),
      });
      expect([response.status, await response.json()]).toEqual([200, whole]);
    }
  });

  it('works on what a mutation returns', async () => {
    const posts = createPosts();
    posts.release();
    await using graph = await startTestGraph([users, posts.subgraph]);
    expect(await partsOf(graph.url, 'mutation { rename(name: "Bo") { name ... @defer { posts { id } } } }')).toEqual([
      { data: { rename: { name: 'Bo' } }, hasNext: true },
      { hasNext: false, incremental: [{ path: ['rename'], data: { posts: [{ id: 'p1' }] } }] },
    ]);
  });

  it('answers in one piece what the planner cannot defer', async () => {
    await using graph = await startTestGraph([users]);
    const query = '{ me { id } ... @defer { __type(name: "User") { name } } }';
    using stream = await openStream(graph.url, { query }, { accept });
    expect(JSON.parse(await stream.end)).toEqual({ data: { me: { id: '1' }, __type: { name: 'User' } } });
  });

  it('is refused with 406 where the client takes no answer in parts', async () => {
    await using graph = await startTestGraph([users, createPosts().subgraph]);
    for (const type of [
      'application/json',
      '*/*',
      'multipart/mixed;subscriptionSpec=1.0, */*',
      'multipart/mixed;deferSpec=2',
    ]) {
      const headers = { ...json, accept: type };
      const response = await fetch(graph.url, { method: 'POST', headers, body: JSON.stringify({ query: POSTS }) });
      expect([type, response.status]).toEqual([type, 406]);
      if (type === 'multipart/mixed;deferSpec=2') continue;
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'DEFER_BAD_HEADER' } }] });
    }
    expect(graph.requests).toEqual([]);
  });

  it.each([
    ['mutation { ... @defer { rename(name: "x") { id } } }', 'root type'],
    ['{ ... @defer(label: "a") { me { id } } ... @defer(label: "a") { me { name } } }', 'Each label must be unique'],
    ['query ($l: String) { ... @defer(label: $l) { me { id } } }', 'must be a literal string'],
  ])('refuses %s', async (query, reason) => {
    await using graph = await startTestGraph([users]);
    expect(await graph.query(query)).toMatchObject({
      errors: [{ message: expect.stringContaining(reason), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });

  it('leaves the schema where the configuration says so', async () => {
    await using graph = await startEdgeGraph('supergraph:\n  defer_support: false\n  introspection: true\n', [users]);
    expect(await graph.query('{ ... @defer { me { id } } }')).toMatchObject({
      errors: [{ message: 'Unknown directive "@defer".' }],
    });
    const { data } = await graph.query('{ __schema { directives { name } } }');
    expect(JSON.stringify(data)).not.toContain('defer');
  });

  it('shows in a later part no more than in an answer in one piece', async () => {
    const posts = createPosts();
    posts.release();
    const config = 'include_subgraph_errors:\n  all: false\n';
    await using graph = await startEdgeGraph(config, [users, posts.subgraph], { hooks: believeHeaders });
    const query = '{ me { name ... @defer { secret broken } } }';
    const [nobody, later] = await partsOf(graph.url, query);
    expect(nobody).toEqual({ data: { me: { name: 'Ann' } }, hasNext: true });
    expect(later?.incremental?.[0]).toMatchObject({
      data: null,
      errors: [
        { path: ['me', 'secret'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } },
        { path: ['me', 'broken'], message: 'Subgraph errors redacted' },
      ],
    });
    const [ann, hers] = await partsOf(graph.url, '{ me { name ... @defer { secret } } }', {
      headers: { 'x-test-user': 'ann' },
    });
    expect([ann?.errors, hers?.incremental]).toEqual([undefined, [{ path: ['me'], data: { secret: 's' } }]]);
  });

  it('stops asking subgraphs when the client goes away', async () => {
    const posts = createPosts();
    await using graph = await startTestGraph([users, posts.subgraph]);
    using stream = await openStream(graph.url, { query: POSTS }, { accept });
    await posts.asked;
    stream[Symbol.dispose]();
    await posts.aborted;
    posts.release();
  });

  it('comes as several results over WebSocket and SSE', async () => {
    const posts = createPosts();
    posts.release();
    await using graph = await startTestGraph([users, posts.subgraph]);
    const expected = [
      { data: { me: { name: 'Ann' } }, hasNext: true },
      { hasNext: false, incremental: [{ label: 'posts', path: ['me'], data: { posts: [{ id: 'p1' }] } }] },
    ];
    const ws = createWsClient({ url: graph.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    const sse = createSseClient({ url: graph.url, retryAttempts: 0 });
    for (const client of [ws, sse]) {
      const results: unknown[] = [];
      for await (const result of client.iterate({ query: POSTS })) results.push(result);
      expect(results).toEqual(expected);
    }
    await ws.dispose();
  });

  it('is read by Apollo Client', async () => {
    const posts = createPosts();
    await using graph = await startTestGraph([users, posts.subgraph]);
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.from([new HttpLink({ uri: graph.url })]),
      incrementalHandler: new Defer20220824Handler(),
    });
    const query = gql`query Mine { me { id name ... @defer { posts { id title } } } }`;
    const states = firstValueFrom(
      client.watchQuery({ query }).pipe(
        takeWhile(({ dataState }) => dataState !== 'complete', true),
        toArray(),
      ),
    );
    await posts.asked;
    posts.release();
    const seen = (await states).filter(({ data }) => data !== undefined);
    expect(seen.at(0)).toMatchObject({ dataState: 'streaming', data: { me: { name: 'Ann' } } });
    expect(seen.at(-1)).toMatchObject({ data: { me: { name: 'Ann', posts: [{ id: 'p1', title: 'title 1' }] } } });
  });
});

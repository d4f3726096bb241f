import { request as httpRequest } from 'node:http';
import { serverAudits } from 'graphql-http';
import { FEDERATION, startTestGraph, type TestSubgraph } from '../support/test.graph.ts';

const users: TestSubgraph = {
  name: 'users',
  sdl: `${FEDERATION} type Query { me: User boom: String } type Mutation { rename(name: String!): User }
    type User @key(fields: "id") { id: ID! name: String }`,
  resolvers: {
    Query: {
      me: () => ({ id: '1', name: 'Ann' }),
      boom() {
        throw new Error('It broke.');
      },
    },
    Mutation: { rename: (_: unknown, { name }: { name: string }) => ({ id: '1', name }) },
    User: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Ann' }) },
  },
};
const posts: TestSubgraph = {
  name: 'posts',
  sdl: `${FEDERATION} type User @key(fields: "id") { id: ID! posts(first: Int = 1): [Post!] } type Post @key(fields: "id") { id: ID! }`,
  resolvers: {
    User: {
      posts: ({ id }: { id: string }, { first }: { first: number }) =>
        Array.from({ length: first }, (_, index) => ({ id: `${id}-${index}` })),
    },
  },
};
const json = { 'content-type': 'application/json' };

describe('GraphQL over HTTP', () => {
  it("passes graphql-http's audits", async () => {
    await using graph = await startTestGraph([users, posts]);
    const results = await Promise.all(serverAudits({ url: graph.url, fetchFn: fetch }).map((audit) => audit.fn()));
    const failed = results
      .filter(({ status }) => status !== 'ok')
      .map(({ id, name, status }) => `${status} ${id} ${name}`);
    expect(failed).toEqual([]);
  });

  it('answers a query over two subgraphs by POST and by GET', async () => {
    await using graph = await startTestGraph([users, posts]);
    const query = 'query ($n: Int) { me { name posts(first: $n) { id } } }';
    const expected = { data: { me: { name: 'Ann', posts: [{ id: '1-0' }, { id: '1-1' }] } } };
    expect(await graph.query(query, { n: 2 })).toEqual(expected);
    const parameters = new URLSearchParams({ query, variables: '{"n":2}' });
    expect(await (await fetch(`${graph.url}?${parameters}`)).json()).toEqual(expected);
  });

  it('refuses a mutation by GET before it runs', async () => {
    await using graph = await startTestGraph([users]);
    const response = await fetch(
      `${graph.url}?${new URLSearchParams({ query: 'mutation { rename(name: "Bo") { id } }' })}`,
    );
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(graph.requests).toEqual([]);
  });

  it('refuses bodies over the limit, of other types, and that are no request', async () => {
    await using graph = await startTestGraph([users], { bodyLimitBytes: 100 });
    const post = (body: string, headers: Record<string, string> = json) =>
      fetch(graph.url, { method: 'POST', headers, body });
    expect((await post(JSON.stringify({ query: `{ me { id } }${' '.repeat(100)}` }))).status).toBe(413);
    expect((await post('{ me { id } }', { 'content-type': 'application/graphql' })).status).toBe(415);
    expect((await post('{')).status).toBe(400);
    expect((await post('[]')).status).toBe(400);
    expect((await fetch(graph.url, { method: 'PUT' })).status).toBe(405);
    expect(
      (await fetch(graph.url, { method: 'POST', headers: { ...json, accept: 'image/png' }, body: '{}' })).status,
    ).toBe(406);
  });

  it('says by its status whether application/graphql-response+json was refused or failed in part', async () => {
    await using graph = await startTestGraph([users]);
    const status = async (query: string) => {
      const headers = { ...json, accept: 'application/graphql-response+json' };
      return (await fetch(graph.url, { method: 'POST', headers, body: JSON.stringify({ query }) })).status;
    };
    expect(await status('{ nope }')).toBe(400);
    expect(await status('{')).toBe(400);
    expect(await status('{ boom }')).toBe(200);
  });

  it('forwards the bearer token, and no other header, to subgraphs', async () => {
    await using graph = await startTestGraph([users]);
    await graph.query(
      '{ me { id } }',
      {},
      { authorization: 'Bearer abc', 'x-authenticated-user': 'root', cookie: 'a=b' },
    );
    const headers = graph.requests[0]?.headers;
    expect(headers?.authorization).toBe('Bearer abc');
    expect(headers?.['x-authenticated-user']).toBeUndefined();
    expect(headers?.cookie).toBeUndefined();
  });

  it('keeps the code and path of a subgraph error, and names the subgraph', async () => {
    await using graph = await startTestGraph([users]);
    expect(await graph.query('{ a: boom me { id } }')).toEqual({
      data: { a: null, me: { id: '1' } },
      errors: [
        { message: 'It broke.', path: ['a'], extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', service: 'users' } },
      ],
    });
  });

  it('aborts the request to a subgraph when the client goes away', async () => {
    const arrived = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const silent: TestSubgraph = {
      ...users,
      intercept(_request, response) {
        response.on('close', closed.resolve);
        arrived.resolve();
        return true;
      },
    };
    await using graph = await startTestGraph([silent]);
    const client = httpRequest(graph.url, { method: 'POST', headers: json });
    client.on('error', () => {});
    client.end(JSON.stringify({ query: '{ me { id } }' }));
    await arrived.promise;
    client.destroy();
    await closed.promise;
  });

  it('gives up on a silent subgraph after its timeout, and answers with what the others have', async () => {
    const silent: TestSubgraph = { ...posts, intercept: () => true };
    await using graph = await startTestGraph([users, silent], { subgraphTimeoutMs: 1_000 });
    const { data, errors } = await graph.query('{ me { name posts { id } } }');
    expect(data).toEqual({ me: { name: 'Ann', posts: null } });
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['me', 'posts'],
        extensions: expect.objectContaining({ code: 'GATEWAY_TIMEOUT', service: 'posts' }),
      }),
    ]);
  });

  it('shares identical queries under way among requests of one identity only', async () => {
    const held: (() => void)[] = [];
    const both = Promise.withResolvers<void>();
    const slow: TestSubgraph = {
      ...users,
      intercept(_request, response) {
        held.push(() => response.writeHead(200, json).end('{"data":{"me":{"id":"1","name":"Ann"}}}'));
        if (held.length === 2) both.resolve();
        return true;
      },
    };
    await using graph = await startTestGraph([slow]);
    const ask = (token: string) => graph.query('{ me { id name } }', {}, { authorization: `Bearer ${token}` });
    const answers = [ask('ann'), ask('ann'), ask('bo')];
    await both.promise;
    for (const release of held) release();
    for (const answer of answers) expect((await answer).data).toEqual({ me: { id: '1', name: 'Ann' } });
    expect(held).toHaveLength(2);
  });

  it('is ready and alive, and serves GraphiQL to browsers', async () => {
    await using graph = await startTestGraph([users]);
    for (const path of [
      '/health?ready',
      '/health?live',
      '/health/ready',
      '/health/live',
      '/',
      '/graphiql/graphiql.js',
    ]) {
      const response = await fetch(graph.gateway.url + path);
      expect([path, response.status]).toEqual([path, 200]);
      await response.arrayBuffer();
    }
  });
});

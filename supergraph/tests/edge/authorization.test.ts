import type { TestSubgraph } from '../support/test.graph.ts';
import { believeHeaders, startEdgeGraph } from './edge.fixture.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy"])';
const posts = [
  { __typename: 'PublicBlog', id: '1', title: 'Open', views: 3 },
  { __typename: 'PrivateBlog', id: '2', title: 'Closed', views: 5 },
];

const blog: TestSubgraph = {
  name: 'blog',
  sdl: `${link}
    union Item = PublicBlog | PrivateBlog
    type Query { posts: [Post!]! items: [Item] articles: [Article!]! me: User @authenticated post(id: ID!): Article }
    interface Post { id: ID! title: String! }
    type PublicBlog implements Post { id: ID! title: String! }
    type PrivateBlog implements Post @authenticated { id: ID! title: String! }
    type Article { id: ID! title: String! views: Int @authenticated secret: String! @requiresScopes(scopes: [["read:secret"], ["admin", "sudo"]]) audit: String @policy(policies: [["auditor"]]) }
    type User @key(fields: "id") { id: ID! name: String! email: String @requiresScopes(scopes: [["read:email"]]) }`,
  resolvers: {
    Query: {
      posts: () => posts,
      items: () => posts,
      articles: () => posts.map((post) => ({ ...post, secret: 'S', audit: 'A' })),
      post: () => ({ ...posts[0], secret: 'S', audit: 'A' }),
      me: () => ({ id: '7', name: 'Ann', email: 'ann@example.com' }),
    },
  },
};

const config = 'supergraph: { introspection: true }\ninclude_subgraph_errors: { all: true }\n';
const start = (more = '') => startEdgeGraph(config + more, [blog], { hooks: believeHeaders });
const refusedAt = (path: string[]) => ({
  message: 'Unauthorized field or type',
  path,
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
});
const signedIn = (scopes = '', policies = '') => ({
  'x-test-user': 'ann',
  'x-test-scopes': scopes,
  'x-test-policies': policies,
});

describe('authorization directives', () => {
  it('takes away what needs a sign-in, and answers the rest', async () => {
    await using graph = await start();
    const query = '{ me { name } post(id: 1) { title views } }';
    expect(await graph.query(query)).toEqual({
      data: { me: null, post: { title: 'Open', views: null } },
      errors: [refusedAt(['me']), refusedAt(['post', 'views'])],
    });
    expect(graph.requests.every(({ body }) => !/me|views/.test(JSON.parse(body).query))).toBe(true);
    expect(await graph.query(query, {}, signedIn())).toEqual({
      data: { me: { name: 'Ann' }, post: { title: 'Open', views: 3 } },
    });
  });

  it('keeps viewers of different rights apart, though they send the same operation', async () => {
    await using graph = await start();
    const query = '{ me { name email } }';
    for (let round = 0; round < 2; round++) {
      expect((await graph.query(query, {}, signedIn('read:email'))).data).toEqual({
        me: { name: 'Ann', email: 'ann@example.com' },
      });
      expect(await graph.query(query, {}, signedIn())).toEqual({
        data: { me: { name: 'Ann', email: null } },
        errors: [refusedAt(['me', 'email'])],
      });
      expect((await graph.query(query)).data).toEqual({ me: null });
    }
  });

  it.each([
    ['', false],
    ['read:secret', true],
    ['admin', false],
    ['admin sudo', true],
  ])('takes scopes as alternatives of all: %p', async (scopes, allowed) => {
    await using graph = await start();
    const { data, errors } = await graph.query('{ articles { title secret } }', {}, signedIn(scopes));
    if (allowed) expect(data).toMatchObject({ articles: [{ secret: 'S' }, { secret: 'S' }] });
    // A non-null field that may not be asked takes its parents with it, up to the first that may be null.
    else expect({ data, errors }).toEqual({ data: null, errors: [refusedAt(['articles', '@', 'secret'])] });
  });

  it('asks for policies by the token’s claim', async () => {
    await using graph = await start();
    expect((await graph.query('{ post(id: 1) { audit } }', {}, signedIn())).data).toEqual({ post: null });
    expect((await graph.query('{ post(id: 1) { audit } }', {}, signedIn('', 'auditor'))).data).toEqual({
      post: { audit: 'A' },
    });
  });

  // Composition gives an interface what any of its implementations asks for.
  it('refuses an interface when an implementation may not be seen, and filters fragments of a union', async () => {
    await using graph = await start();
    expect(await graph.query('{ posts { title } }')).toEqual({ data: null, errors: [refusedAt(['posts'])] });
    const query = '{ items { ... on PublicBlog { title } ...private } } fragment private on PrivateBlog { title }';
    const { data, errors } = await graph.query(query);
    expect(errors).toEqual([refusedAt(['items', '@', '... on PrivateBlog'])]);
    expect(data).toEqual({ items: [{ title: 'Open' }, null] });
    expect(graph.requests.at(-1)?.body).not.toContain('PrivateBlog');
  });

  it('rejects the whole operation, only reports, or says nothing, as configured', async () => {
    const query = '{ post(id: 1) { title views } }';
    await using strict = await start('authorization: { directives: { reject_unauthorized: true } }\n');
    expect(await strict.query('{ me { name } post(id: 1) { title views } }')).toEqual({
      errors: [refusedAt(['me']), refusedAt(['post', 'views'])],
    });
    await using dry = await start('authorization: { directives: { dry_run: true } }\n');
    expect(await dry.query(query)).toEqual({
      data: { post: { title: 'Open', views: 3 } },
      errors: [refusedAt(['post', 'views'])],
    });
    await using silent = await start('authorization: { directives: { errors: { response: disabled } } }\n');
    expect(await silent.query(query)).toEqual({ data: { post: { title: 'Open', views: null } } });
    // Nor of the null that it leaves in a non-null position.
    expect(await silent.query('{ articles { secret } }')).toEqual({ data: null });
    await using closed = await start('authorization: { require_authentication: true }\n');
    expect(await closed.query('{ __typename }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('puts the errors into extensions.authorizationErrors, as configured', async () => {
    await using graph = await start('authorization: { directives: { errors: { response: extensions } } }\n');
    expect(await graph.query('{ post(id: 1) { title views } }')).toEqual({
      data: { post: { title: 'Open', views: null } },
      extensions: { authorizationErrors: [refusedAt(['post', 'views'])] },
    });
    expect(await graph.query('{ me { name } }')).toEqual({
      data: { me: null },
      extensions: { authorizationErrors: [refusedAt(['me'])] },
    });
    expect(await graph.query('{ articles { secret } }')).toEqual({
      data: null,
      extensions: { authorizationErrors: [refusedAt(['articles', '@', 'secret'])] },
    });
    await using strict = await start(
      'authorization: { directives: { reject_unauthorized: true, errors: { response: extensions } } }\n',
    );
    expect(await strict.query('{ me { name } }')).toEqual({ errors: [refusedAt(['me'])] });
  });

  const askInParts = async (url: string, query: string) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed;deferSpec=20220824' },
      body: JSON.stringify({ query }),
    });
    const parts = (await response.text()).split('\r\n').filter((line) => line.startsWith('{'));
    return parts.map((part) => JSON.parse(part));
  };

  it.each([
    '{ post(id: 1) { title ... @defer(label: "more") { views } } }',
    '{ post(id: 1) { title ... on Article @defer(label: "more") { views } } }',
    '{ post(id: 1) { title ...F @defer(label: "more") } } fragment F on Article { views }',
  ])('says in the part itself that all of it is refused: %s', async (query) => {
    await using graph = await start();
    expect(await askInParts(graph.url, query)).toEqual([
      { data: { post: { title: 'Open' } }, hasNext: true },
      {
        hasNext: false,
        incremental: [
          {
            label: 'more',
            path: ['post'],
            data: { views: null },
            errors: [expect.objectContaining({ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } })],
          },
        ],
      },
    ]);
  });

  it('says so in the part of a list’s item, and of the whole operation', async () => {
    await using graph = await start();
    expect(await askInParts(graph.url, '{ articles { title ... @defer { views } } }')).toMatchObject([
      { data: { articles: [{ title: 'Open' }, { title: 'Closed' }] }, hasNext: true },
      {
        incremental: [
          { path: ['articles', 0], data: { views: null }, errors: [refusedAt(['articles', '@', 'views'])] },
          { path: ['articles', 1], data: { views: null }, errors: [refusedAt(['articles', '@', 'views'])] },
        ],
      },
    ]);
    expect(await askInParts(graph.url, '{ ... @defer { me { name } } }')).toMatchObject([
      { data: {}, hasNext: true },
      { incremental: [{ path: [], data: { me: null }, errors: [refusedAt(['me'])] }] },
    ]);
  });
});

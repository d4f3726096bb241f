import { startAudit } from './audit.fixture.ts';

const MEDIA = [
  { __typename: 'Video', id: '1', title: 'V', duration: 100 },
  { __typename: 'Article', id: '2', title: 'A', words: 900 },
];
const media = {
  name: 'media',
  sdl: `type Query { media: Media medias: [Media] } interface Media @key(fields: "id") { id: ID! title: String }
    type Video implements Media @key(fields: "id") { id: ID! title: String duration: Int } type Article implements Media @key(fields: "id") { id: ID! title: String words: Int }`,
  query: { media: MEDIA[0], medias: [...MEDIA, null] },
  entities: { Media: MEDIA, Video: MEDIA.slice(0, 1), Article: MEDIA.slice(1) },
};

describe('Interface objects', () => {
  it('adds fields to every type of an interface, asked from either side', async () => {
    const { data } = startAudit([
      media,
      {
        name: 'authors',
        sdl: 'type Query { best: [Media] author: Author } type Media @key(fields: "id") @interfaceObject { id: ID! authorName: String author: Author } type Author { id: ID! }',
        query: {
          best: [
            { id: '2', authorName: 'by 2' },
            { id: '1', authorName: 'by 1' },
          ],
          author: { id: 'x' },
        },
        entities: { Media: ['1', '2'].map((id) => ({ id, authorName: `by ${id}`, author: { id: `a${id}` } })) },
      },
      {
        name: 'lists',
        sdl: 'type Query { list: List } type List @key(fields: "id") { id: ID! media: Media items: [Media!]! } type Media @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }',
        query: { list: { id: '1', media: { id: '1' }, items: [{ id: '2' }, { id: '1' }] } },
      },
    ]);
    expect(await data('{ medias { id authorName ... on Video { duration author { id } } } }')).toEqual({
      medias: [
        { id: '1', authorName: 'by 1', duration: 100, author: { id: 'a1' } },
        { id: '2', authorName: 'by 2' },
        null,
      ],
    });
    expect(await data('{ best { id authorName } }')).toEqual({
      best: [
        { id: '2', authorName: 'by 2' },
        { id: '1', authorName: 'by 1' },
      ],
    });
    expect(await data('{ best { __typename authorName ... on Article { words authorName } } }')).toEqual({
      best: [
        { __typename: 'Article', authorName: 'by 2', words: 900 },
        { __typename: 'Video', authorName: 'by 1' },
      ],
    });
    expect(
      await data(
        '{ list { media { id ... on Video { duration } } items { t: __typename title authorName ... on Article { author { id } } } } author { id } }',
      ),
    ).toEqual({
      list: {
        media: { id: '1', duration: 100 },
        items: [
          { t: 'Article', title: 'A', authorName: 'by 2', author: { id: 'a2' } },
          { t: 'Video', title: 'V', authorName: 'by 1' },
        ],
      },
      author: { id: 'x' },
    });
    expect(await data('{ list { items { id ... on Media { id } ... on Video { id } } } }')).toEqual({
      list: { items: [{ id: '2' }, { id: '1' }] },
    });
  });

  it('requires an interface’s fields for the interface object', async () => {
    const { data } = startAudit([
      {
        name: 'names',
        sdl: `interface NodeWithName @key(fields: "id") { id: ID! name: String } type User implements NodeWithName @key(fields: "id") { id: ID! name: String age: Int }
          type Query { users: [NodeWithName!]! }`,
        query: {
          users: [
            { __typename: 'User', id: 'u1', name: 'n1', age: 11 },
            { __typename: 'User', id: 'u2', name: 'n2', age: 22 },
          ],
        },
        entities: {
          NodeWithName: [
            { __typename: 'User', id: 'u1', name: 'n1', age: 11 },
            { __typename: 'User', id: 'u2', name: 'n2', age: 22 },
          ],
          User: [
            { id: 'u1', name: 'n1', age: 11 },
            { id: 'u2', name: 'n2', age: 22 },
          ],
        },
      },
      {
        name: 'usernames',
        sdl: 'type NodeWithName @key(fields: "id") @interfaceObject { id: ID! name: String @external username: String @requires(fields: "name") } type Query { anotherUsers: [NodeWithName] }',
        query: { anotherUsers: [{ id: 'u1' }, { id: 'u2' }] },
        entities: {
          NodeWithName: ['u1', 'u2'].map((id) => ({
            id,
            username(this: { name: string }) {
              return `@${this.name}`;
            },
          })),
        },
      },
    ]);
    expect(await data('{ users { id name username ... on User { age } } }')).toEqual({
      users: [
        { id: 'u1', name: 'n1', username: '@n1', age: 11 },
        { id: 'u2', name: 'n2', username: '@n2', age: 22 },
      ],
    });
    expect(await data('{ anotherUsers { username ... on User { age username id } } }')).toEqual({
      anotherUsers: [
        { username: '@n1', age: 11, id: 'u1' },
        { username: '@n2', age: 22, id: 'u2' },
      ],
    });
    expect(await data('{ anotherUsers { ... on User { username } __typename } }')).toEqual({
      anotherUsers: [
        { username: '@n1', __typename: 'User' },
        { username: '@n2', __typename: 'User' },
      ],
    });
  });

  it('meets fragments on other interfaces and unions on an interface object', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `interface Thing { id: ID! size: Int } interface Node @key(fields: "id") { id: ID! } union Any = Apple | Birch union Other = Birch | Cloud type Cloud { x: Int }
          type Apple implements Thing & Node @key(fields: "id") { id: ID! size: Int } type Birch implements Node @key(fields: "id") { id: ID! height: Int } type Query { other: Other }`,
        entities: {
          Node: [
            { __typename: 'Apple', id: '1', size: 3 },
            { __typename: 'Birch', id: '2', height: 9 },
          ],
          Apple: [{ id: '1', size: 3 }],
          Birch: [{ id: '2', height: 9 }],
        },
      },
      {
        name: 'b',
        sdl: 'type Query { nodes: [Node] } type Node @key(fields: "id") @interfaceObject { id: ID! note: String }',
        query: { nodes: ['1', '2'].map((id) => ({ id, note: `n${id}` })) },
        entities: { Node: ['1', '2'].map((id) => ({ id, note: `n${id}` })) },
      },
    ]);
    expect(await data('{ nodes { ... on Thing { size } } }')).toEqual({ nodes: [{ size: 3 }, {}] });
    expect(
      await data(
        'query ($on: Boolean = true) { nodes { note ...O @include(if: $on) ... on Any { __typename ... on Thing { id ... on Node { note } } } } } fragment O on Other { ... on Birch { height } ... on Cloud { x } }',
      ),
    ).toEqual({
      nodes: [
        { note: 'n1', __typename: 'Apple', id: '1' },
        { note: 'n2', height: 9, __typename: 'Birch' },
      ],
    });
  });

  it('says so where an interface object leads nowhere', async () => {
    const { data, ask } = startAudit([
      {
        name: 'a',
        sdl: 'interface Node @key(fields: "id") { id: ID! } type Product @key(fields: "id", resolvable: false) @interfaceObject { id: ID! } type Query { a: Node product: Product! }',
        query: { a: { __typename: 'Node', id: 'n1' }, product: { __typename: 'Product', id: 'p1' } },
      },
      {
        name: 'b',
        sdl: 'type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String } interface Product @key(fields: "id") { id: ID! } type Bread implements Product @key(fields: "id") { id: ID! name: String! } type Query { b: Node }',
        query: { b: { id: 'n1', field: 'foo' } },
        entities: { Product: [{ __typename: 'Bread', id: 'p1', name: 'Rye' }], Bread: [{ id: 'p1', name: 'Rye' }] },
      },
    ]);
    expect(await data('{ b { id field } }')).toEqual({ b: { id: 'n1', field: 'foo' } });
    expect(await data('{ product { id ... on Bread { name } } }')).toEqual({ product: { id: 'p1', name: 'Rye' } });
    expect(await data('{ product { ... on Bread { id } } }')).toEqual({ product: { id: 'p1' } });
    // No type implements Node: the subgraph cannot resolve one.
    const nowhere = await ask('{ a { id } }');
    expect(nowhere.data).toEqual({ a: null });
    expect(nowhere.errors?.[0]?.path).toEqual(['a']);
    // A plan that asks nobody is no plan: the whole operation is refused.
    expect(await ask('{ a { field } }')).toEqual({
      errors: [
        {
          message: 'No plan over the subgraphs was found for this operation.',
          extensions: { code: 'QUERY_PLANNING_FAILED' },
        },
      ],
    });
    expect(await ask('{ first: a { field } b { id } }')).toEqual({
      data: { first: null, b: { id: 'n1' } },
      errors: [
        {
          message: 'No plan over the subgraphs was found for this field.',
          path: ['first'],
          extensions: { code: 'QUERY_PLANNING_FAILED' },
        },
      ],
    });
    expect(await data('{ b { id } }')).toEqual({ b: { id: 'n1' } });
    expect(await data('{ product { id } __typename }')).toEqual({ product: { id: 'p1' }, __typename: 'Query' });
    expect((await ask('{ product { id name } }')).errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
    // Its type's name is more than any subgraph knows.
    expect((await ask('{ b { __typename id } }')).errors).toEqual([
      {
        message: 'No plan over the subgraphs was found for this operation.',
        extensions: { code: 'QUERY_PLANNING_FAILED' },
      },
    ]);
  });
});

describe('Overriding and hiding', () => {
  const old = {
    name: 'old',
    sdl: 'type Query { feed: [Post] } type Post @key(fields: "id") { id: ID! createdAt: String! }',
    query: { feed: [{ id: '1', createdAt: 'old' }] },
    entities: { Post: [{ id: '1', createdAt: 'old' }] },
  };

  it('asks the subgraph that a field was moved to, also below an interface', async () => {
    const { data, asked } = startAudit([
      {
        ...old,
        sdl: 'type Query { feed: [Post] } interface Post { id: ID! createdAt: String! } type ImagePost implements Post @key(fields: "id") { id: ID! createdAt: String! }',
        query: { feed: [{ __typename: 'ImagePost', id: '1', createdAt: 'old' }] },
        entities: { ImagePost: [] },
      },
      {
        name: 'new',
        sdl: 'type Query { another: [AnotherPost] } interface AnotherPost { id: ID! createdAt: String! } type TextPost implements AnotherPost @key(fields: "id") { id: ID! createdAt: String! body: String! } type ImagePost implements AnotherPost @key(fields: "id") { id: ID! createdAt: String! @override(from: "old") }',
        query: {
          another: [
            { __typename: 'ImagePost', id: '1', createdAt: 'new' },
            { __typename: 'TextPost', id: '2', createdAt: 'new', body: 'b' },
          ],
        },
        entities: { ImagePost: [{ id: '1', createdAt: 'new' }] },
      },
    ]);
    expect(await data('{ feed { id createdAt } }')).toEqual({ feed: [{ id: '1', createdAt: 'new' }] });
    expect(asked()).toEqual(['old', 'new']);
    expect(await data('{ another { createdAt ... on TextPost { body } } feed { ... on ImagePost { id } } }')).toEqual({
      another: [{ createdAt: 'new' }, { createdAt: 'new', body: 'b' }],
      feed: [{ id: '1' }],
    });
  });

  it('ignores an override from a subgraph that is not there', async () => {
    const { data } = startAudit([
      old,
      {
        name: 'b',
        sdl: 'type Query { bFeed: [Post] } type Post @key(fields: "id") { id: ID! title: String @override(from: "gone") createdAt: String! @override(from: "old") }',
        query: { bFeed: [{ id: '1', title: 'T', createdAt: 'new' }] },
        entities: { Post: [{ id: '1', title: 'T', createdAt: 'new' }] },
      },
    ]);
    expect(await data('{ feed { createdAt title } bFeed { createdAt } }')).toEqual({
      feed: [{ createdAt: 'new', title: 'T' }],
      bFeed: [{ createdAt: 'new' }],
    });
  });

  it('uses inaccessible fields as keys, and shows them to nobody', async () => {
    const { data, ask } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { users: [User!]! } type User @key(fields: "id") { id: ID age: Int @inaccessible friends(type: FriendType = FRIEND): [User!]! } enum FriendType { FAMILY @inaccessible FRIEND }',
        query: { users: [{ id: 'u1', age: 3, friends: ({ type }: { type: string }) => [{ id: type }] }] },
        entities: { User: [{ id: 'u1', age: 3 }] },
      },
      {
        name: 'b',
        sdl: 'type User @key(fields: "id") { id: ID @inaccessible age: Int @external tier: String @requires(fields: "age") } type Query { usersInB: [User] }',
        query: { usersInB: [{ id: 'u1' }] },
        entities: {
          User: [
            {
              id: 'u1',
              tier: function (this: { age: number }) {
                return `t${this.age}`;
              },
            },
          ],
        },
      },
    ]);
    expect(await data('{ users { tier friends { tier } } usersInB { tier } }')).toEqual({
      users: [{ tier: 't3', friends: [{ tier: null }] }],
      usersInB: [{ tier: 't3' }],
    });
    expect(await data('{ users { id: tier friends(type: FRIEND) { __typename } } }')).toEqual({
      users: [{ id: 't3', friends: [{ __typename: 'User' }] }],
    });
    for (const field of ['id', 'age', 'friends(type: FAMILY) { tier }']) {
      expect((await ask(`{ users { ${field} } }`)).errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
    }
    expect((await ask('{ __type(name: "User") { fields { name } } }')).data).toEqual({
      __type: { fields: [{ name: 'friends' }, { name: 'tier' }] },
    });
  });
});

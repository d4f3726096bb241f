import { startAudit } from './audit.fixture.ts';

// Kinds of federated graphs that gateways are known to differ on (the scenarios of the public federation gateway audit),
// over schemas of our own.
describe('Entities', () => {
  it('resolves an entity from two subgraphs by its key', async () => {
    const { data, asked } = startAudit([
      {
        name: 'mail',
        sdl: 'type Query { user: User } type User @key(fields: "id") { id: ID! email: String @shareable }',
        query: { user: { id: 'u1', email: 'u1@x' } },
      },
      {
        name: 'names',
        sdl: 'type User @key(fields: "email") { email: String @shareable nickname: String }',
        entities: { User: [{ email: 'u1@x', nickname: 'one' }] },
      },
    ]);
    expect(await data('{ user { nickname id } }')).toEqual({ user: { nickname: 'one', id: 'u1' } });
    expect(asked()).toEqual(['mail', 'names']);
  });

  it('resolves entities whose keys are nested and lists', async () => {
    const { data } = startAudit([
      {
        name: 'list',
        sdl: `type Query { top: ProductList! }
          type ProductList @key(fields: "products { id pid }") { products: [Product!]! @shareable }
          type Product @key(fields: "id pid") { id: String! pid: String }`,
        query: {
          top: {
            products: [
              { id: '1', pid: 'p1' },
              { id: '2', pid: 'p2' },
            ],
          },
        },
      },
      {
        name: 'summary',
        sdl: `type ProductList @key(fields: "products { id pid }") { products: [Product!]! @shareable first: Product }
          type Product @key(fields: "id pid") { id: String! pid: String }`,
        entities: { ProductList: [{ first: { id: '2', pid: 'p2' } }] },
      },
      {
        name: 'price',
        sdl: `type Product @key(fields: "id pid category { id tag }") { id: String! pid: String category: Category @shareable price: Float }
          type Category { id: String! @shareable tag: String @shareable }`,
        entities: {
          Product: [
            { id: '1', price: 1.5 },
            { id: '2', price: 2.5 },
          ],
        },
      },
      {
        name: 'category',
        sdl: `type Product @key(fields: "id pid") { id: String! pid: String category: Category @shareable }
          type Category { id: String! @shareable tag: String @shareable }`,
        entities: {
          Product: [
            { id: '1', category: { id: 'c1', tag: 't1' } },
            { id: '2', category: { id: 'c2', tag: null } },
          ],
        },
      },
    ]);
    expect(await data('{ top { products { price category { tag } } first { price } } }')).toEqual({
      top: {
        products: [
          { price: 1.5, category: { tag: 't1' } },
          { price: 2.5, category: { tag: null } },
        ],
        first: { price: 2.5 },
      },
    });
  });

  it('goes through the parent when a child has no key', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { products: [Product] } type Product @key(fields: "id pid") { id: ID! pid: ID! }',
        query: {
          products: [
            { id: '1', pid: 'a' },
            { id: '2', pid: 'b' },
          ],
        },
      },
      {
        name: 'b',
        sdl: 'type Product @key(fields: "id pid") { id: ID! pid: ID! category: Category @shareable } type Category { details: Details @shareable } type Details { products: Int }',
        entities: {
          Product: [
            { id: '1', category: { details: { products: 3 } } },
            { id: '2', category: null },
          ],
        },
      },
      {
        name: 'c',
        sdl: 'type Product @key(fields: "id") { id: ID! category: Category @shareable } type Category { id: ID! details: Details @shareable } type Details { note: String }',
        entities: {
          Product: [
            { id: '1', category: { id: 'c1', details: { note: 'n1' } } },
            { id: '2', category: { id: 'c2', details: null } },
          ],
        },
      },
    ]);
    expect(await data('{ products { id category { id details { products note } } } }')).toEqual({
      products: [
        { id: '1', category: { id: 'c1', details: { products: 3, note: 'n1' } } },
        { id: '2', category: { id: 'c2', details: null } },
      ],
    });
  });

  it('combines a value of one entity out of four subgraphs, none of which knows it whole', async () => {
    const { data } = startAudit([
      {
        name: 'd',
        sdl: 'type Query { product(id: ID!): Product } type Product @key(fields: "id") { id: ID! name: String category: Category @shareable } type Category { id: ID! @shareable name: String @shareable }',
        query: { product: ({ id }: { id: string }) => ({ id, name: `p${id}`, category: { id: 3, name: 'Three' } }) },
      },
      {
        name: 'a',
        sdl: 'type Product @key(fields: "id") { id: ID! category: Category @shareable } type Category { details: String }',
        entities: { Product: [{ id: '1', category: { details: 'D' } }] },
      },
      { name: 'b', sdl: 'type Category @key(fields: "id") { id: ID! }', entities: { Category: [{ id: '3' }] } },
      {
        name: 'c',
        sdl: 'type Category @key(fields: "id") { id: ID! name: String @shareable size: Int }',
        entities: { Category: [{ id: '3', name: 'Three', size: 7 }] },
      },
    ]);
    expect(await data('{ product(id: 1) { id name category { id name details } } }')).toEqual({
      product: { id: '1', name: 'p1', category: { id: '3', name: 'Three', details: 'D' } },
    });
  });

  it('enters a subgraph by the keys that it can resolve, among others that it names', async () => {
    const compositeId = { one: '1', two: '2', three: '3' };
    const { data, requests } = startAudit([
      {
        name: 'a',
        sdl: `type A @key(fields: "id", resolvable: true) @key(fields: "pId", resolvable: false) @key(fields: "compositeId { one two }", resolvable: false)
          @key(fields: "id compositeId { two three }", resolvable: false) { id: ID! pId: ID! compositeId: CompositeID! name: String! }
          type CompositeID { one: ID! two: ID! three: ID! }`,
        entities: { A: [{ id: '1', pId: 'p1', compositeId, name: 'a1' }] },
      },
      {
        name: 'b',
        sdl: `type Query { b: B } type B @key(fields: "id") { id: ID! a: [A!]! }
          type A @key(fields: "compositeId { one two }", resolvable: false) @key(fields: "id compositeId { two three }", resolvable: true)
            @key(fields: "pId", resolvable: false) @key(fields: "id", resolvable: false) {
            id: ID! pId: ID! compositeId: CompositeID! name: String! @external nameInB: String! @requires(fields: "name") }
          type CompositeID { one: ID! two: ID! three: ID! }`,
        query: { b: { id: '100', a: [{ __typename: 'A', id: '1', pId: 'p1', compositeId }] } },
        entities: {
          A: [
            {
              id: '1',
              compositeId,
              nameInB(this: { name?: string }) {
                return `b:${this.name}`;
              },
            },
          ],
        },
      },
    ]);
    expect(await data('{ b { id a { id name nameInB } } }')).toEqual({
      b: { id: '100', a: [{ id: '1', name: 'a1', nameInB: 'b:a1' }] },
    });
    const entered = requests.filter(({ query }) => query.includes('_entities'));
    expect(entered.map(({ subgraph, variables }) => [subgraph, variables?.representations])).toEqual([
      ['a', [{ __typename: 'A', id: '1' }]],
      ['b', [{ __typename: 'A', id: '1', compositeId: { two: '2', three: '3' }, name: 'a1' }]],
    ]);
  });

  it('leaves alone what has no key, and fetches the others', async () => {
    const { data, ask } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { shelves: [Shelf] } type Shelf { book: Book } type Book @key(fields: "upc") { upc: ID! }',
        query: {
          shelves: [{ book: { upc: 'b1' } }, { book: null }, null, { book: { upc: 'b2' } }, { book: { upc: 'b3' } }],
        },
      },
      {
        name: 'b',
        sdl: 'type Book @key(fields: "upc") @key(fields: "id") { id: ID upc: ID! }',
        entities: {
          Book: [
            { upc: 'b1', id: '1' },
            { upc: 'b2', id: null },
          ],
        },
      },
      {
        name: 'c',
        sdl: 'type Book @key(fields: "id") { id: ID author: Author } type Author { name: String }',
        entities: { Book: [{ id: '1', author: { name: 'A' } }] },
      },
    ]);
    expect(await data('{ shelves { book { upc author { name } } } }')).toEqual({
      shelves: [
        { book: { upc: 'b1', author: { name: 'A' } } },
        { book: null },
        null,
        { book: { upc: 'b2', author: null } },
        { book: { upc: 'b3', author: null } },
      ],
    });
    const { errors } = await ask('{ shelves { book { author { name } } } }');
    expect(errors).toBeUndefined();
  });

  it('answers a node by its global id, whichever subgraph has the type', async () => {
    const { data, ask } = startAudit([
      {
        name: 'node',
        sdl: 'interface Node { id: ID! } type Product implements Node @key(fields: "id", resolvable: false) { id: ID! } type Category implements Node @key(fields: "id", resolvable: false) { id: ID! } type Query { productNode: Node categoryNode: Node nodes: [Node!]! }',
        query: {
          productNode: { __typename: 'Product', id: 'p1' },
          categoryNode: { __typename: 'Category', id: 'c1' },
          nodes: [
            { __typename: 'Category', id: 'c1' },
            { __typename: 'Product', id: 'p1' },
          ],
        },
      },
      {
        name: 'types',
        sdl: 'type Product implements Node @key(fields: "id") { id: ID! name: String! createdAt: String } type Category implements Node @key(fields: "id") { id: ID! name: String! } interface Node { id: ID! name: String! }',
        entities: {
          Product: [{ id: 'p1', name: 'P', createdAt: 'now' }],
          Category: [{ id: 'c1', name: 'C' }],
        },
      },
    ]);
    expect(
      await data(
        '{ productNode { ... on Product { name __typename createdAt } } categoryNode { __typename id name ... on Category { name } } nodes { name } }',
      ),
    ).toEqual({
      productNode: { name: 'P', __typename: 'Product', createdAt: 'now' },
      categoryNode: { __typename: 'Category', id: 'c1', name: 'C' },
      nodes: [{ name: 'C' }, { name: 'P' }],
    });
    expect((await ask('{ productNode { ... on Category { name } } }')).data).toEqual({ productNode: {} });
  });

  it('asks each subgraph for the types of a node that it knows', async () => {
    const { data } = startAudit([
      {
        name: 'accounts',
        sdl: `type Query { node(id: ID!): Node @shareable account(id: ID!): Account } interface Node { id: ID! }
          type Account implements Node @key(fields: "id") { id: ID! username: String! }
          type Chat implements Node @key(fields: "id") { id: ID! account: Account! }`,
        query: {
          node: ({ id }: { id: string }) =>
            id.startsWith('a')
              ? { __typename: 'Account', id, username: id }
              : { __typename: 'Chat', id, account: { id: 'a1' } },
          account: ({ id }: { id: string }) => ({ id, username: id }),
        },
        entities: { Chat: [{ account: { id: 'a1', username: 'a1' } }], Account: [{ id: 'a1', username: 'a1' }] },
      },
      {
        name: 'chats',
        sdl: `type Query { node(id: ID!): Node @shareable chat(id: ID!): Chat } interface Node { id: ID! }
          type Account implements Node @key(fields: "id") { id: ID! chats: [Chat!]! } type Chat implements Node @key(fields: "id") { id: ID! text: String! }`,
        query: {
          node: ({ id }: { id: string }) =>
            id.startsWith('a')
              ? { __typename: 'Account', id, chats: [{ id: 'c1', text: 'hi' }] }
              : { __typename: 'Chat', id, text: 'hi' },
          chat: ({ id }: { id: string }) => ({ id, text: 'hi' }),
        },
        entities: { Account: [{ id: 'a1', chats: [{ id: 'c1', text: 'hi' }] }], Chat: [{ id: 'c1', text: 'hi' }] },
      },
    ]);
    expect(
      await data(
        '{ a: node(id: "a1") { __typename id ... on Account { username chats { text account { username } } } } c: node(id: "c1") { ... on Chat { text } ... on Account { id } } }',
      ),
    ).toEqual({
      a: { __typename: 'Account', id: 'a1', username: 'a1', chats: [{ text: 'hi', account: { username: 'a1' } }] },
      c: { text: 'hi' },
    });
    expect(await data('{ chat(id: "c1") { id text account { id } } account(id: "a1") { chats { id } } }')).toEqual({
      chat: { id: 'c1', text: 'hi', account: { id: 'a1' } },
      account: { chats: [{ id: 'c1' }] },
    });
  });

  it('merges a root field that several subgraphs answer in part', async () => {
    const part = (name: string, field: string) => ({
      name,
      sdl: `type Query { product: Product @shareable products: [Product!]! @shareable } type Product { id: ID! @shareable ${field}: ${field}Part } type ${field}Part { id: ID! ${field}Of: String }`,
      query: {
        product: { id: '1', [field]: { id: `${field}1`, [`${field}Of`]: `${field}!` } },
        products: [
          { id: '1', [field]: { id: `${field}1`, [`${field}Of`]: `${field}!` } },
          { id: '2', [field]: null },
        ],
      },
    });
    const { data, asked } = startAudit([part('a', 'name'), part('b', 'category'), part('c', 'price')]);
    expect(
      await data(
        '{ product { id name { id nameOf } category { categoryOf } price { id priceOf } } products { price { id } id name { id } } }',
      ),
    ).toEqual({
      product: {
        id: '1',
        name: { id: 'name1', nameOf: 'name!' },
        category: { categoryOf: 'category!' },
        price: { id: 'price1', priceOf: 'price!' },
      },
      products: [
        { price: { id: 'price1' }, id: '1', name: { id: 'name1' } },
        { price: null, id: '2', name: null },
      ],
    });
    expect(new Set(asked())).toEqual(new Set(['a', 'b', 'c']));
  });

  it('reads external fields in the ways of both federation versions', async () => {
    for (const [first, second] of [
      [
        '# federation 1\n type Query { rid: String user: User } extend type User @key(fields: "id") { id: ID! @external rid: ID }',
        '# federation 1\n type Query { users: [User] } type User @key(fields: "id") { id: ID! name: String! nickname: String }',
      ],
      [
        'type Query { rid: String user: User } type User @key(fields: "id") @extends { id: ID! @external rid: ID }',
        'type Query { users: [User] } type User @key(fields: "id") { id: ID! name: String! nickname: String }',
      ],
      [
        'type Query { rid: String user: User } extend type User @key(fields: "id") { id: ID! rid: ID }',
        'type Query { users: [User] } type User @key(fields: "id") { id: ID! name: String! nickname: String }',
      ],
    ] as const) {
      const { data, asked } = startAudit([
        {
          name: 'a',
          sdl: first,
          query: { user: { id: 'u1', rid: 'r1' }, rid: 'r' },
          entities: {
            User: [
              { id: 'u1', rid: 'r1' },
              { id: 'u2', rid: 'r2' },
            ],
          },
        },
        {
          name: 'b',
          sdl: second,
          query: { users: [{ id: 'u1' }, { id: 'u2', name: 'Two' }] },
          entities: { User: [{ id: 'u1', name: 'One', nickname: 'o' }] },
        },
      ]);
      expect(await data('{ user { id rid } }')).toEqual({ user: { id: 'u1', rid: 'r1' } });
      expect(asked()).toEqual(['a']);
      expect(await data('{ user { name nickname } users { id rid } rid }')).toEqual({
        user: { name: 'One', nickname: 'o' },
        users: [
          { id: 'u1', rid: 'r1' },
          { id: 'u2', rid: 'r2' },
        ],
        rid: 'r',
      });
    }
  });

  it('follows a reference that leads back to the type it came from', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { product: Product } interface Product { samePriceProduct: Product } type Book implements Product @key(fields: "id") { id: ID! samePriceProduct: Book }',
        query: {
          product: { __typename: 'Book', id: '1', samePriceProduct: { id: '2', samePriceProduct: { id: '1' } } },
        },
        entities: {
          Book: [
            { id: '1', samePriceProduct: { id: '2' } },
            { id: '2', samePriceProduct: { id: '1' } },
          ],
        },
      },
      {
        name: 'b',
        sdl: 'type Book @key(fields: "id") { id: ID! price: Float }',
        entities: {
          Book: [
            { id: '1', price: 10 },
            { id: '2', price: 10 },
          ],
        },
      },
    ]);
    expect(
      await data(
        '{ product { samePriceProduct { samePriceProduct { ... on Book { id price } } ... on Book { price } } } }',
      ),
    ).toEqual({
      product: { samePriceProduct: { samePriceProduct: { id: '1', price: 10 }, price: 10 } },
    });
  });
});

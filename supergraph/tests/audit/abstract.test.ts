import { startAudit } from './audit.fixture.ts';

describe('Abstract types', () => {
  it('meets members of a union that only one of its subgraphs has', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `type Query { media: Media @shareable book: Book song: Media viewer: Viewer @shareable }
          union Media = Book | Song union ViewerMedia = Book | Song type Viewer { media: ViewerMedia @shareable book: Book song: ViewerMedia }
          type Book { title: String! @shareable } type Song { title: String! }`,
        query: {
          media: { __typename: 'Book', title: 'B' },
          book: { title: 'B' },
          song: { __typename: 'Song', title: 'S' },
          viewer: {
            media: { __typename: 'Book', title: 'B' },
            book: { title: 'B' },
            song: { __typename: 'Song', title: 'S' },
          },
        },
      },
      {
        name: 'b',
        sdl: `type Query { media: Media @shareable viewer: Viewer @shareable } union Media = Book | Movie union ViewerMedia = Book | Movie
          type Viewer { media: ViewerMedia @shareable movie: ViewerMedia } type Book { title: String! @shareable } type Movie { title: String! }`,
        query: {
          media: { __typename: 'Book', title: 'B' },
          viewer: { media: { __typename: 'Book', title: 'B' }, movie: { __typename: 'Movie', title: 'M' } },
        },
      },
    ]);
    const all = '{ __typename ... on Song { title } ... on Movie { title } ... on Book { title } }';
    expect(
      await data(
        `{ media ${all} book { title } song ${all} viewer { media ${all} movie ${all} song ${all} book { title } } }`,
      ),
    ).toEqual({
      media: { __typename: 'Book', title: 'B' },
      book: { title: 'B' },
      song: { __typename: 'Song', title: 'S' },
      viewer: {
        media: { __typename: 'Book', title: 'B' },
        movie: { __typename: 'Movie', title: 'M' },
        song: { __typename: 'Song', title: 'S' },
        book: { title: 'B' },
      },
    });
  });

  it('resolves a union under a shareable path where its members are known', async () => {
    const { data } = startAudit([
      {
        name: 'full',
        sdl: `type Query { box: Box @shareable } type Box @key(fields: "id") { id: ID! content: Content @shareable } type Content { item: Item @shareable size: Int } union Item = Alpha | Beta
          type Alpha { a: String @shareable } type Beta { b: String }`,
        query: { box: { id: '1', content: { size: 2, item: { __typename: 'Beta', b: 'B' } } } },
        entities: { Box: [{ id: '1', content: { size: 2, item: { __typename: 'Beta', b: 'B' } } }] },
      },
      {
        name: 'part',
        sdl: `type Query { box: Box @shareable } type Box @key(fields: "id") { id: ID! content: Content @shareable } type Content { item: Item @shareable weight: Int } union Item = Alpha type Alpha { a: String @shareable }`,
        query: { box: { id: '1', content: { weight: 3, item: null } } },
        entities: { Box: [{ id: '1', content: { weight: 3, item: null } }] },
      },
    ]);
    expect(await data('{ box { content { size item { ... on Alpha { a } ... on Beta { b } } } } }')).toEqual({
      box: { content: { size: 2, item: { b: 'B' } } },
    });
    expect(await data('{ box { content { weight size item { ... on Beta { b } __typename } } } }')).toEqual({
      box: { content: { weight: 3, size: 2, item: { b: 'B', __typename: 'Beta' } } },
    });
  });

  it('takes only what an enum and an input object have in every subgraph', async () => {
    const { data, ask } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { users(filter: Filter, type: Type): [User] } type User @key(fields: "id") { id: ID! type: Type } enum Type { ANONYMOUS @inaccessible REGULAR } input Filter { first: Int! only: String = "a" }',
        query: {
          users: ({ filter }: { filter?: unknown }) => [
            { id: 'u1', type: 'REGULAR' },
            ...(filter ? [{ id: 'u2', type: 'ANONYMOUS' }] : []),
          ],
        },
        entities: { User: [{ id: 'u1', type: 'REGULAR' }] },
      },
      {
        name: 'b',
        sdl: 'type Query { usersB(filter: Filter, type: Type): [User] } type User @key(fields: "id") { id: ID! typeB: Type } enum Type { REGULAR ANONYMOUS } input Filter { first: Int! onlyB: String }',
        query: { usersB: ({ filter }: { filter: unknown }) => [{ id: JSON.stringify(filter) }] },
        entities: {
          User: [
            { id: 'u1', typeB: 'ANONYMOUS' },
            { id: 'u2', typeB: 'REGULAR' },
          ],
        },
      },
    ]);
    expect(await data('{ users { id type } }')).toEqual({ users: [{ id: 'u1', type: 'REGULAR' }] });
    const hidden = await ask('{ users(filter: { first: 1 }) { id type typeB } }');
    expect(hidden.data).toEqual({
      users: [
        { id: 'u1', type: 'REGULAR', typeB: null },
        { id: 'u2', type: null, typeB: 'REGULAR' },
      ],
    });
    expect(hidden.errors?.map(({ path }) => path)).toEqual([
      ['users', 0, 'typeB'],
      ['users', 1, 'type'],
    ]);
    expect(await data('query ($f: Filter) { usersB(filter: $f) { id } }', { f: { first: 1 } })).toEqual({
      usersB: [{ id: '{"first":1}' }],
    });
    for (const filter of ['{ first: 1, onlyB: "x" }', '{ first: 1, only: "x" }', '{}']) {
      expect((await ask(`{ usersB(filter: ${filter}) { id } }`)).errors?.[0]?.extensions?.code).toBe(
        'GRAPHQL_VALIDATION_FAILED',
      );
    }
    expect(
      (await ask('query ($f: Filter) { usersB(filter: $f) { id } }', { f: { first: 1, onlyB: 'x' } })).errors?.[0]
        ?.extensions?.code,
    ).toBe('BAD_USER_INPUT');
    expect((await ask('{ users(type: ANONYMOUS) { id } }')).errors?.[0]?.extensions?.code).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  it('merges types of one name whose fields differ in nullability', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { users: [User!]! accounts: [Account!]! } union Account = User | Admin type User @key(fields: "id") { id: ID @shareable name: String @shareable } type Admin @key(fields: "id") { id: ID @shareable name: String }',
        query: {
          users: [{ id: 'u1', name: 'n' }],
          accounts: [
            { __typename: 'User', id: 'u1', name: 'n' },
            { __typename: 'Admin', id: 'a1', name: 'n' },
          ],
        },
        entities: { User: [{ id: 'u1', name: 'n' }] },
      },
      {
        name: 'b',
        sdl: 'type Query { similar(id: ID!): [Account] @shareable } union Account = User | Admin type User @key(fields: "id") { id: ID! @shareable similar: [User!]! } type Admin @key(fields: "id") { id: ID @shareable photo: String }',
        query: {
          similar: [
            { __typename: 'Admin', id: 'a2', photo: 'p' },
            { __typename: 'User', id: 'u1' },
          ],
        },
        entities: { User: [{ id: 'u1', similar: [{ id: 'u1' }] }] },
      },
    ]);
    expect(
      await data(
        '{ users { id similar { name id } } accounts { ... on User { id similar { id } } ... on Admin { id } } similar(id: 1) { ... on Admin { photo } ... on User { name } } }',
      ),
    ).toEqual({
      users: [{ id: 'u1', similar: [{ name: 'n', id: 'u1' }] }],
      accounts: [{ id: 'u1', similar: [{ id: 'u1' }] }, { id: 'a1' }],
      similar: [{ photo: 'p' }, { name: 'n' }],
    });
  });

  it('spreads unions and interfaces whose members live in different subgraphs', async () => {
    const { data, ask } = startAudit([
      {
        name: 'a',
        sdl: `type Query { products: [Product] node(id: ID!): Node nodes: [Node] toasters: [Toaster] } union Product = Oven | Toaster interface Node { id: ID! }
          type Oven @key(fields: "id") { id: ID! } type Toaster implements Node @key(fields: "id") { id: ID! warranty: Int }`,
        query: {
          products: [
            { __typename: 'Oven', id: 'o1' },
            { __typename: 'Toaster', id: 't1', warranty: 1 },
          ],
          node: ({ id }: { id: string }) => ({ __typename: 'Toaster', id, warranty: 1 }),
          nodes: [{ __typename: 'Toaster', id: 't1', warranty: 1 }],
          toasters: [{ id: 't1', warranty: 1 }],
        },
      },
      {
        name: 'b',
        sdl: 'interface Node { id: ID! } type Oven implements Node @key(fields: "id") { id: ID! warranty: Int } type Toaster implements Node @key(fields: "id") { id: ID! slots: Int }',
        entities: { Oven: [{ id: 'o1', warranty: 2 }], Toaster: [{ id: 't1', slots: 4 }] },
      },
    ]);
    expect(
      await data(
        '{ products { ... on Node { id __typename } ... on Oven { warranty } ... on Toaster { warranty slots } } }',
      ),
    ).toEqual({
      products: [
        { id: 'o1', __typename: 'Oven', warranty: 2 },
        { id: 't1', __typename: 'Toaster', warranty: 1, slots: 4 },
      ],
    });
    expect(
      await data(
        '{ nodes { ... on Oven { warranty } ... on Product { ... on Toaster { slots } } } toasters { ... on Node { ... on Product { ... on Oven { id } ... on Toaster { warranty } } } } }',
      ),
    ).toEqual({
      nodes: [{ slots: 4 }],
      toasters: [{ warranty: 1 }],
    });
    expect(
      await data(
        'query ($id: ID!) { node(id: $id) { ... on Node { ... on Node { id ...T } } } } fragment T on Toaster { slots }',
        { id: 't1' },
      ),
    ).toEqual({ node: { id: 't1', slots: 4 } });
    expect((await ask('{ toasters { ... on Oven { id } } }')).errors?.[0]?.extensions?.code).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  it('reads an interface’s fields from whichever subgraph has them for each type', async () => {
    const { data } = startAudit([
      {
        name: 'products',
        sdl: `type Query { products: [Product!]! similar(id: ID!): [Product!] } interface Product { id: ID! sku: String dimensions: Dimensions createdBy: User hidden: Boolean }
          interface Similar { similar: [Product] } type Dimensions { size: String weight: Float } type User @key(fields: "email") { email: ID! }
          type Book implements Product & Similar @key(fields: "id") { id: ID! sku: String dimensions: Dimensions createdBy: User hidden: Boolean similar: [Book] }
          type Magazine implements Product & Similar @key(fields: "id") { id: ID! sku: String dimensions: Dimensions createdBy: User hidden: Boolean similar: [Magazine] }`,
        query: {
          products: [book, magazine],
          similar: ({ id }: { id: string }) => (id === '1' ? [book] : [magazine]),
        },
        entities: { Book: [book], Magazine: [magazine] },
      },
      {
        name: 'users',
        sdl: 'type User @key(fields: "email") { email: ID! name: String totalProducts: Int }',
        entities: { User: [{ email: 'e', name: 'E', totalProducts: 2 }] },
      },
      {
        name: 'books',
        sdl: 'type Book @key(fields: "id") { id: ID! title: String publisher: Publisher } union Publisher = Agency | Self type Agency { company: String } type Self { email: String @shareable }',
        entities: { Book: [{ id: '1', title: 'Book', publisher: { __typename: 'Agency', company: 'Co' } }] },
      },
      {
        name: 'magazines',
        sdl: 'type Magazine @key(fields: "id") { id: ID! title: String publisher: Publisher } union Publisher = Group | Self type Group { id: ID! } type Self { email: String @shareable }',
        entities: { Magazine: [{ id: '2', title: 'Magazine', publisher: { __typename: 'Self', email: 'me' } }] },
      },
      {
        name: 'inventory',
        sdl: `interface Product { id: ID! delivery(zip: String): Delivery } type Dimensions { size: String @external weight: Float @external } type Delivery { estimate: String fastest: String }
          type Book implements Product @key(fields: "id") { id: ID! dimensions: Dimensions @external delivery(zip: String): Delivery @requires(fields: "dimensions { size weight }") }
          type Magazine implements Product @key(fields: "id") { id: ID! dimensions: Dimensions @external delivery(zip: String): Delivery @requires(fields: "dimensions { size weight }") }`,
        entities: { Book: [{ id: '1', delivery: deliver }], Magazine: [{ id: '2', delivery: deliver }] },
      },
      {
        name: 'reviews',
        sdl: `type Query { review(id: Int!): Review } type Review { id: Int! product: Product } interface Product { id: ID! reviews: [Review!]! reviewsCount: Int! }
          type Book implements Product @key(fields: "id") { id: ID! reviews: [Review!]! reviewsCount: Int! } type Magazine implements Product @key(fields: "id") { id: ID! reviews: [Review!]! reviewsCount: Int! }`,
        query: { review: ({ id }: { id: number }) => ({ id, product: { __typename: 'Magazine', id: '2' } }) },
        entities: {
          Book: [
            {
              id: '1',
              reviewsCount: 1,
              reviews: [{ id: 1, product: { __typename: 'Book', id: '1', reviewsCount: 1 } }],
            },
          ],
          Magazine: [{ id: '2', reviewsCount: 0, reviews: [] }],
        },
      },
    ]);
    expect(
      await data(`{ products { id sku dimensions { size } delivery(zip: "1") { estimate } author: createdBy { name totalProducts }
        ... on Similar { __typename type: __typename similar { id delivery { fastest } } } ... on Book { title publisher { ... on Agency { company } ... on Self { email } } }
        ... on Magazine { title publisher { ... on Group { id } ... on Self { email } } } reviews { id product { sku ... on Magazine { title } ... on Book { reviewsCount title } } } } }`),
    ).toEqual({
      products: [
        {
          id: '1',
          sku: 's1',
          dimensions: { size: 'small' },
          delivery: { estimate: 'small 1 to 1' },
          author: { name: 'E', totalProducts: 2 },
          __typename: 'Book',
          type: 'Book',
          similar: [{ id: '1', delivery: { fastest: 'now' } }],
          title: 'Book',
          publisher: { company: 'Co' },
          reviews: [{ id: 1, product: { sku: 's1', reviewsCount: 1, title: 'Book' } }],
        },
        {
          id: '2',
          sku: 's2',
          dimensions: { size: 'large' },
          delivery: { estimate: 'large 2 to 1' },
          author: { name: 'E', totalProducts: 2 },
          __typename: 'Magazine',
          type: 'Magazine',
          similar: [],
          title: 'Magazine',
          publisher: { email: 'me' },
          reviews: [],
        },
      ],
    });
    for (const title of [true, false]) {
      expect(
        await data(
          'query ($title: Boolean!) { review(id: 4) { id product { ... on Magazine @include(if: $title) { title ... on Magazine @skip(if: $title) { sku } } ... on Book { sku } ... on Magazine { id } } } a: similar(id: "2") { id delivery { estimate } } }',
          { title },
        ),
      ).toEqual({
        review: { id: 4, product: { ...(title && { title: 'Magazine' }), id: '2' } },
        a: [{ id: '2', delivery: { estimate: 'large 2 to undefined' } }],
      });
    }
  });
});

const dimensions = (size: string, weight: number) => ({ size, weight });
const book = {
  __typename: 'Book',
  id: '1',
  sku: 's1',
  dimensions: dimensions('small', 1),
  createdBy: { email: 'e' },
  similar: [{ __typename: 'Book', id: '1', dimensions: dimensions('small', 1) }],
};
const magazine = {
  __typename: 'Magazine',
  id: '2',
  sku: 's2',
  dimensions: dimensions('large', 2),
  createdBy: { email: 'e' },
  similar: [],
};

function deliver(this: { given: { dimensions: { size: string; weight: number } } }, { zip }: { zip?: string }) {
  const { size, weight } = this.given.dimensions;
  return { estimate: `${size} ${weight} to ${zip}`, fastest: 'now' };
}

import { startAudit } from './audit.fixture.ts';

interface Priced {
  readonly id: string;
  readonly price?: number;
  readonly weight?: number;
}

describe('@requires and @provides', () => {
  it('fetches what is required first, and leaves out what is provided', async () => {
    const { data, requests } = startAudit([
      {
        name: 'products',
        sdl: 'type Query { products: [Product] } type Product @key(fields: "upc") { upc: String! weight: Int price: Int name: String }',
        query: {
          products: [
            { upc: 'p1', weight: 1, price: 11, name: 'One' },
            { upc: 'p2', weight: 2, price: 22, name: 'Two' },
          ],
        },
        entities: { Product: [{ upc: 'p1', weight: 1, price: 11, name: 'One' }] },
      },
      {
        name: 'inventory',
        sdl: `type Product @key(fields: "upc") { upc: String! weight: Int @external price: Int @external inStock: Boolean
          shippingEstimate: Int @requires(fields: "price weight") tag: String @requires(fields: "weight") }`,
        entities: {
          Product: ['p1', 'p2'].map((upc) => ({
            upc,
            inStock: upc === 'p1',
            shippingEstimate: function (this: Priced) {
              return (this.price ?? Number.NaN) * (this.weight ?? Number.NaN) * 10;
            },
            tag: function (this: Priced) {
              return `w${this.weight}`;
            },
          })),
        },
      },
      {
        name: 'reviews',
        sdl: `type Query { reviews: [Review] } type Review @key(fields: "id") { id: ID! author: User @provides(fields: "username") }
          type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }`,
        query: { reviews: [{ id: 'r1', author: { id: 'u1', username: 'from reviews' } }] },
        entities: { User: [{ id: 'u1', reviews: [{ id: 'r1' }] }] },
      },
      {
        name: 'users',
        sdl: 'type Query { me: User } type User @key(fields: "id") { id: ID! username: String @shareable }',
        query: { me: { id: 'u1', username: 'from users' } },
        entities: { User: [{ id: 'u1', username: 'from users' }] },
      },
    ]);
    expect(await data('{ products { upc shippingEstimate tag inStock } }')).toEqual({
      products: [
        { upc: 'p1', shippingEstimate: 110, tag: 'w1', inStock: true },
        { upc: 'p2', shippingEstimate: 440, tag: 'w2', inStock: false },
      ],
    });
    requests.length = 0;
    expect(await data('{ reviews { author { username } } me { username reviews { id } } }')).toEqual({
      reviews: [{ author: { username: 'from reviews' } }],
      me: { username: 'from users', reviews: [{ id: 'r1' }] },
    });
    expect(requests.map(({ subgraph }) => subgraph).sort()).toEqual(['reviews', 'reviews', 'users']);
  });

  it('follows requirements of requirements over subgraphs, there and back', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `type Query { product: Product } type Product @key(fields: "id") { id: ID! price: Float
          isExpensive: Boolean! @external canAfford: Boolean! @requires(fields: "isExpensive") }`,
        query: { product: { id: 'p1', price: 699.99 } },
        entities: {
          Product: [
            {
              id: 'p1',
              price: 699.99,
              canAfford: function (this: { isExpensive: boolean }) {
                return !this.isExpensive;
              },
            },
          ],
        },
      },
      {
        name: 'b',
        sdl: `type Product @key(fields: "id") { id: ID! hasDiscount: Boolean! @external price: Float @external
          isExpensive: Boolean! @requires(fields: "price") isExpensiveWithDiscount: Boolean! @requires(fields: "hasDiscount") }`,
        entities: {
          Product: [
            {
              id: 'p1',
              isExpensive: function (this: Priced) {
                return (this.price ?? 0) > 500;
              },
              isExpensiveWithDiscount: function (this: { hasDiscount: boolean }) {
                return !this.hasDiscount;
              },
            },
          ],
        },
      },
      {
        name: 'c',
        sdl: `type Product @key(fields: "id") { id: ID! isExpensiveWithDiscount: Boolean! @external isExpensive: Boolean! @external hasDiscount: Boolean!
          canAffordWithDiscount: Boolean! @requires(fields: "isExpensiveWithDiscount") label: String @requires(fields: "isExpensive isExpensiveWithDiscount") }`,
        entities: {
          Product: [
            {
              id: 'p1',
              hasDiscount: true,
              canAffordWithDiscount: function (this: { isExpensiveWithDiscount: boolean }) {
                return !this.isExpensiveWithDiscount;
              },
              label: function (this: Record<string, unknown>) {
                return `${this.isExpensive} ${this.isExpensiveWithDiscount}`;
              },
            },
          ],
        },
      },
    ]);
    expect(await data('{ product { canAfford } }')).toEqual({ product: { canAfford: false } });
    expect(await data('{ product { canAffordWithDiscount label isExpensive } }')).toEqual({
      product: { canAffordWithDiscount: true, label: 'true false', isExpensive: true },
    });
  });

  it('computes one subgraph’s field from another’s, which is computed from the first’s', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `type Query { feed: [Post] } type Post @key(fields: "id") { id: ID! byNovice: Boolean! @external byExpert: Boolean! @requires(fields: "byNovice") }
          type Author @key(fields: "id") { id: ID! yearsOfExperience: Int! }`,
        query: { feed: [{ id: '1' }, { id: '2' }] },
        entities: {
          Post: ['1', '2'].map((id) => ({
            id,
            byExpert: function (this: { byNovice?: boolean }) {
              return this.byNovice === undefined ? null : !this.byNovice;
            },
          })),
          Author: [
            { id: 'x', yearsOfExperience: 1 },
            { id: 'y', yearsOfExperience: 20 },
          ],
        },
      },
      {
        name: 'b',
        sdl: `type Post @key(fields: "id") { id: ID! author: Author! byNovice: Boolean! @requires(fields: "author { yearsOfExperience }") }
          type Author @key(fields: "id") { id: ID! yearsOfExperience: Int! @external }`,
        entities: {
          Post: [
            { id: '1', authorId: 'x' },
            { id: '2', authorId: 'y' },
          ].map(({ id, authorId }) => ({
            id,
            author: () => ({ id: authorId }),
            byNovice: function (this: { given?: { author?: { yearsOfExperience: number } } }) {
              return (this.given?.author?.yearsOfExperience ?? Number.NaN) < 10;
            },
          })),
        },
      },
    ]);
    expect(await data('{ feed { byNovice } }')).toEqual({ feed: [{ byNovice: true }, { byNovice: false }] });
    expect(await data('{ feed { byExpert author { id } } }')).toEqual({
      feed: [
        { byExpert: false, author: { id: 'x' } },
        { byExpert: true, author: { id: 'y' } },
      ],
    });
  });

  it('requires fields of interfaces and unions by fragments', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `type Query { users: [User!]! } interface Address { id: ID! } interface Place { name: String }
          type Home implements Address & Place @key(fields: "id") { id: ID! name: String city: String }
          type Work implements Address & Place @key(fields: "id") { id: ID! name: String street: Street }
          union Pet = Cat | Dog type Cat { lives: Int } type Dog { breed: String }
          type Street { number: Int } type User @key(fields: "id") { id: ID! address: Address pets: [Pet] }`,
        query: {
          users: [
            {
              id: '1',
              address: { __typename: 'Home', id: 'h', city: 'Rome' },
              pets: [{ __typename: 'Cat', lives: 9 }, null],
            },
            {
              id: '2',
              address: { __typename: 'Work', id: 'w', street: { number: 4 } },
              pets: [{ __typename: 'Dog', breed: 'Pug' }],
            },
            { id: '3', address: null, pets: null },
          ],
        },
      },
      {
        name: 'b',
        sdl: `interface Address { id: ID! } type Home implements Address @key(fields: "id") { id: ID! city: String @external }
          type Work implements Address @key(fields: "id") { id: ID! street: Street @external } type Street { number: Int @external }
          union Pet = Cat | Dog type Cat { lives: Int @external } type Dog { breed: String @external }
          type User @key(fields: "id") { id: ID! address: Address @external pets: [Pet] @external
            label: String @requires(fields: "address { __typename id ... on Home { city } ... on Work { street { number } } }")
            zoo: String @requires(fields: "pets { ... on Cat { lives } ... on Dog { breed } }") }`,
        entities: {
          User: ['1', '2', '3'].map((id) => ({
            id,
            label: function (this: Record<string, unknown>) {
              return JSON.stringify(this.address);
            },
            zoo: function (this: Record<string, unknown>) {
              return JSON.stringify(this.pets);
            },
          })),
        },
      },
    ]);
    expect(await data('{ users { label zoo } }')).toEqual({
      users: [
        { label: '{"__typename":"Home","id":"h","city":"Rome"}', zoo: '[{"lives":9},null]' },
        { label: '{"__typename":"Work","id":"w","street":{"number":4}}', zoo: '[{"breed":"Pug"}]' },
        { label: 'null', zoo: 'null' },
      ],
    });
    expect(
      await data('{ users { address { ... on Work { street { number } } ... on Place { name } } label } }'),
    ).toEqual({
      users: [
        { address: { name: null }, label: '{"__typename":"Home","id":"h","city":"Rome"}' },
        {
          address: { street: { number: 4 }, name: null },
          label: '{"__typename":"Work","id":"w","street":{"number":4}}',
        },
        { address: null, label: 'null' },
      ],
    });
  });

  it('keeps apart what fields require with different arguments, nested ones too', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `type Product @key(fields: "upc") { upc: String! weight: Int @external price(currency: String!): Int @external
            shipping: Int @requires(fields: "price(currency: \\"USD\\") weight")
            shippingEUR: Int @requires(fields: "price(currency: \\"EUR\\") weight")
            category: Category @external
            isExpensive: Boolean @requires(fields: "category { average(currency: \\"USD\\") }")
            isExpensiveEUR: Boolean @requires(fields: "category { average(currency: \\"EUR\\") }") }
          type Category { average(currency: String!): Int @external }`,
        entities: {
          Product: ['p1', 'p2'].map((upc) => ({
            upc,
            shipping: function (this: Priced) {
              return (this.price ?? 0) * (this.weight ?? 0);
            },
            shippingEUR: function (this: Priced) {
              return (this.price ?? 0) * (this.weight ?? 0);
            },
            isExpensive: function (this: { category: { average: number } }) {
              return this.category.average > 11;
            },
            isExpensiveEUR: function (this: { category: { average: number } }) {
              return this.category.average > 11;
            },
          })),
        },
      },
      {
        name: 'b',
        sdl: `type Query { products: [Product] } type Product @key(fields: "upc") { upc: String! price(currency: String!): Int weight: Int category: Category }
          type Category { average(currency: String!): Int }`,
        query: { products: ['p1', 'p2'].map(toProduct) },
        entities: { Product: ['p1', 'p2'].map(toProduct) },
      },
    ]);
    expect(
      await data(
        '{ products { upc shipping shippingEUR isExpensive isExpensiveEUR price(currency: "GBP") category { average(currency: "X") } } }',
      ),
    ).toEqual({
      products: [
        {
          upc: 'p1',
          shipping: 11,
          shippingEUR: 22,
          isExpensive: false,
          isExpensiveEUR: true,
          price: 33,
          category: { average: 33 },
        },
        {
          upc: 'p2',
          shipping: 44,
          shippingEUR: 88,
          isExpensive: true,
          isExpensiveEUR: true,
          price: 66,
          category: { average: 66 },
        },
      ],
    });
    expect(await data('{ products { EUR: shippingEUR category { average(currency: "EUR") } isExpensive } }')).toEqual({
      products: [
        { EUR: 22, category: { average: 22 }, isExpensive: false },
        { EUR: 88, category: { average: 44 }, isExpensive: true },
      ],
    });
  });

  it('hands over lists required with arguments, beside the client’s own arguments', async () => {
    const comments = [1, 2, 3].map((id) => ({ id: `c${id}`, authorId: `a${id}`, body: 'b' }));
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `type Query { feed: [Post] } type Post @key(fields: "id") { id: ID! comments(limit: Int!): [Comment] @external
            author: Author @requires(fields: "comments(limit: 3) { authorId }") } type Author { id: ID! }
          type Comment @key(fields: "id") { id: ID! authorId: ID date: String @external note: String @requires(fields: "date") }`,
        query: { feed: [{ id: 'p1' }] },
        entities: {
          Post: [
            {
              id: 'p1',
              author: function (this: { comments?: { authorId: string }[] }) {
                if (this.comments?.length !== 3) throw new Error(`Got ${JSON.stringify(this.comments)}`);
                return { id: this.comments[2]?.authorId };
              },
            },
          ],
          Comment: comments.map((comment) => ({
            ...comment,
            note: function (this: { date: string }) {
              return `on ${this.date}`;
            },
          })),
        },
      },
      {
        name: 'b',
        sdl: `type Post @key(fields: "id") { id: ID! comments(limit: Int!): [Comment] } type Comment @key(fields: "id") { id: ID! date: String }`,
        entities: {
          Post: [
            {
              id: 'p1',
              comments: ({ limit }: { limit: number }) =>
                comments.slice(0, limit).map(({ id }) => ({ id, date: 'May' })),
            },
          ],
          Comment: comments.map(({ id }) => ({ id, date: 'May' })),
        },
      },
    ]);
    const author = { id: 'a3' };
    expect(await data('{ feed { author { id } } }')).toEqual({ feed: [{ author }] });
    expect(
      await data(
        'query ($limit: Int = 1) { feed { author { id } ...A ...B comments(limit: $limit) { note } } } fragment A on Post { comments(limit: $limit) { id } } fragment B on Post { comments(limit: $limit) { id authorId } }',
      ),
    ).toEqual({ feed: [{ author, comments: [{ id: 'c1', authorId: 'a1', note: 'on May' }] }] });
  });

  it('takes provided fields of interfaces, unions and nested objects from the provider', async () => {
    const { data, asked, requests } = startAudit([
      {
        name: 'provider',
        sdl: `type Query { media: Media @shareable book: Book @provides(fields: "animals { ... on Dog { name } }") shelf: Shelf @provides(fields: "category { sub { name } }") }
          union Media = Book | Film type Book @key(fields: "id") { id: ID! animals: [Animal] @external } type Film @key(fields: "id") { id: ID! }
          interface Animal { id: ID! } type Dog implements Animal @key(fields: "id") { id: ID! name: String @external } type Cat implements Animal @key(fields: "id") { id: ID! }
          type Shelf @key(fields: "id") { id: ID! category: Category @external } type Category @key(fields: "id") { id: ID! sub: [Category] @external name: String @external }`,
        query: {
          media: { __typename: 'Book', id: 'b1' },
          book: {
            id: 'b1',
            animals: [
              { __typename: 'Dog', id: 'd', name: 'provided' },
              { __typename: 'Cat', id: 'c', name: 'not provided' },
            ],
          },
          shelf: { id: 's', category: { id: 'k', sub: [{ id: 'k2', name: 'provided' }] } },
        },
      },
      {
        name: 'owner',
        sdl: `type Book @key(fields: "id") { id: ID! animals: [Animal] @shareable title: String } type Film @key(fields: "id") { id: ID! } interface Animal { id: ID! name: String }
          type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable age: Int } type Cat implements Animal @key(fields: "id") { id: ID! name: String }
          type Shelf @key(fields: "id") { id: ID! category: Category @shareable } type Category @key(fields: "id") { id: ID! sub: [Category] @shareable name: String @shareable }`,
        entities: {
          Book: [
            {
              id: 'b1',
              title: 'T',
              animals: [
                { __typename: 'Dog', id: 'd', name: 'owned', age: 3 },
                { __typename: 'Cat', id: 'c', name: 'owned' },
              ],
            },
          ],
          Dog: [{ id: 'd', name: 'owned', age: 3 }],
          Cat: [{ id: 'c', name: 'owned' }],
          Category: [{ id: 'k', name: 'K' }],
        },
      },
    ]);
    expect(await data('{ book { animals { ... on Dog { name } } } }')).toEqual({
      book: { animals: [{ name: 'provided' }, {}] },
    });
    expect(await data('{ shelf { category { sub { name } } } }')).toEqual({
      shelf: { category: { sub: [{ name: 'provided' }] } },
    });
    expect(asked()).toEqual(['provider', 'provider']);
    requests.length = 0;
    expect(
      await data(
        '{ book { id animals { __typename ... on Dog { age } ... on Cat { name } } title } media { ... on Book { title } } shelf { category { name } } }',
      ),
    ).toEqual({
      book: {
        id: 'b1',
        animals: [
          { __typename: 'Dog', age: 3 },
          { __typename: 'Cat', name: 'owned' },
        ],
        title: 'T',
      },
      media: { title: 'T' },
      shelf: { category: { name: 'K' } },
    });
  });

  it('asks a provider for no more of what it provides than the client asks', async () => {
    const { data, requests } = startAudit([
      {
        name: 'b',
        sdl: 'type Query { entity: Entity @provides(fields: "name description") } type Entity @key(fields: "id") { id: ID! name: String! @external description: String! @external }',
        query: { entity: { id: 'e', name: 'N' } },
      },
      {
        name: 'a',
        sdl: 'type Entity @key(fields: "id") { id: ID! name: String! @shareable description: String! @shareable extra: String! }',
        entities: { Entity: [{ id: 'e', name: 'wrong', description: 'wrong', extra: 'X' }] },
      },
    ]);
    expect(await data('{ entity { id } }')).toEqual({ entity: { id: 'e' } });
    expect(await data('{ entity { n: name ... { extra } ... on Entity @skip(if: true) { description } } }')).toEqual({
      entity: { n: 'N', extra: 'X' },
    });
    expect(requests.map(({ query }) => query).join()).not.toMatch(/description|name.*_entities.*name/);
  });

  it('requires an overridden field from where it has gone', async () => {
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `type Query { userInA: User } type User @key(fields: "id") { id: ID name: String @override(from: "b") aName: String }`,
        query: { userInA: { id: 'u1', name: 'a.name' } },
        entities: { User: [{ id: 'u1', name: 'a.name', aName: 'a.aName' }] },
      },
      {
        name: 'b',
        sdl: 'type Query { userInB: User } type User @key(fields: "id") { id: ID name: String }',
        query: { userInB: { id: 'u1', name: 'b.name' } },
        entities: { User: [{ id: 'u1', name: 'b.name' }] },
      },
      {
        name: 'c',
        sdl: 'type Query { userInC: User } type User @key(fields: "id") { id: ID name: String @external cName: String @requires(fields: "name") }',
        query: { userInC: { id: 'u1' } },
        entities: {
          User: [
            {
              id: 'u1',
              cName: function (this: { name: string }) {
                return `c.${this.name}`;
              },
            },
          ],
        },
      },
    ]);
    expect(await data('{ userInA { name cName } userInB { name aName cName } userInC { cName aName } }')).toEqual({
      userInA: { name: 'a.name', cName: 'c.a.name' },
      userInB: { name: 'a.name', aName: 'a.aName', cName: 'c.a.name' },
      userInC: { cName: 'c.a.name', aName: 'a.aName' },
    });
  });
});

function toProduct(upc: string, index: number) {
  const price = (index + 1) * 11;
  const inCurrency = ({ currency }: { currency: string }) => price * ({ USD: 1, EUR: 2 }[currency] ?? 3);
  // Of the second category the average is the same in dollars as in the first's euros.
  return { upc, weight: index + 1, price: inCurrency, category: { average: inCurrency } };
}

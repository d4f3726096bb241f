import { startAudit } from './audit.fixture.ts';

describe('Operations', () => {
  it('names types by any alias, at any place', async () => {
    const { data, requests } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { product: Product node: Node users: [User] } union Product = Oven | Toaster interface Node { id: ID! } type Oven { id: ID! } type Toaster implements Node { id: ID! } interface User @key(fields: "id") { id: ID! name: String! } type Admin implements User @key(fields: "id") { id: ID! isMain: Boolean! name: String! }',
        query: {
          product: { __typename: 'Oven', id: '1' },
          node: { __typename: 'Toaster', id: '2' },
          users: [{ __typename: 'Admin', id: 'u1', isMain: false, name: 'n' }],
        },
        entities: {
          User: [{ __typename: 'Admin', id: 'u1', isMain: false, name: 'n' }],
          Admin: [{ id: 'u1', isMain: false, name: 'n' }],
        },
      },
      {
        name: 'b',
        sdl: 'type User @key(fields: "id") @interfaceObject { id: ID! extra: Int } type Query { usersInB: [User] }',
        query: { usersInB: [{ id: 'u1', extra: 1 }] },
        entities: { User: [{ id: 'u1', extra: 1 }] },
      },
    ]);
    expect(
      await data(
        '{ q: __typename product { __typename typename: __typename ... on Oven { t: __typename id: __typename } ... on Toaster { x: __typename } } node { id __typename t: __typename } users { __typename extra } usersInB { a: __typename __typename } }',
      ),
    ).toEqual({
      q: 'Query',
      product: { __typename: 'Oven', typename: 'Oven', t: 'Oven', id: 'Oven' },
      node: { id: '2', __typename: 'Toaster', t: 'Toaster' },
      users: [{ __typename: 'Admin', extra: 1 }],
      usersInB: [{ a: 'Admin', __typename: 'Admin' }],
    });
    requests.length = 0;
    expect(await data('{ __typename ...Q } fragment Q on Query { a: __typename }')).toEqual({
      __typename: 'Query',
      a: 'Query',
    });
    expect(requests).toEqual([]);
  });

  it('skips and includes what another subgraph would bring, and then does not ask it', async () => {
    const { data, asked, requests } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID! price: Int! }',
        query: { product: { id: '1', price: 10 } },
        entities: { Product: [{ id: '1', price: 10 }] },
      },
      {
        name: 'b',
        sdl: 'type Product @key(fields: "id") { id: ID! isExpensive: Boolean! price: Int! @external cost: Int @requires(fields: "price") }',
        entities: {
          Product: [
            {
              id: '1',
              isExpensive: false,
              cost: function (this: { price: number }) {
                return this.price + 1;
              },
            },
          ],
        },
      },
      {
        name: 'c',
        sdl: 'type Product @key(fields: "id") { id: ID! cost: Int @external neverCalledInclude: Boolean! @requires(fields: "cost") }',
        entities: { Product: [{ id: '1', neverCalledInclude: true }] },
      },
    ]);
    const query =
      'query ($on: Boolean = false, $off: Boolean! = true) { product { price never: neverCalledInclude @include(if: $on) ... @skip(if: $off) { isExpensive } cost @skip(if: $off) @include(if: $on) ...F @include(if: $on) } product @include(if: $on) { id } } fragment F on Product { cost }';
    expect(await data(query)).toEqual({ product: { price: 10 } });
    expect(asked()).toEqual(['a']);
    requests.length = 0;
    expect(await data(query, { on: true })).toEqual({ product: { price: 10, never: true, cost: 11, id: '1' } });
    expect(await data(query, { on: true, off: false })).toEqual({
      product: { price: 10, never: true, isExpensive: false, cost: 11, id: '1' },
    });
    expect(await data(query, { off: false })).toEqual({ product: { price: 10, isExpensive: false } });
    requests.length = 0;
    expect(
      await data('query ($no: Boolean!) { product @include(if: $no) { id } ... @skip(if: true) { __typename } }', {
        no: false,
      }),
    ).toEqual({});
    expect(asked()).toEqual([]);
  });

  it('runs mutations over subgraphs in order, each with its entities before the next', async () => {
    const stock = new Map<string, number>();
    const log: string[] = [];
    const { data, ask } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { ok: Boolean } type Mutation { add(name: String!): Product! multiply(by: Int!): Int! fail: Int! } type Product @key(fields: "id") { id: ID! name: String! }',
        mutation: {
          add({ name }: { name: string }) {
            log.push(`add ${name}`);
            stock.set(name, 1);
            return { id: name, name };
          },
          multiply({ by }: { by: number }) {
            log.push(`multiply ${by}`);
            for (const [name, count] of stock) stock.set(name, count * by);
            return by;
          },
          fail() {
            log.push('fail');
            throw new Error('No.');
          },
        },
      },
      {
        name: 'b',
        sdl: 'type Mutation { plus(by: Int!): Int! remove(name: String!): Product } type Product @key(fields: "id") { id: ID! count: Int }',
        mutation: {
          plus({ by }: { by: number }) {
            log.push(`plus ${by}`);
            for (const [name, count] of stock) stock.set(name, count + by);
            return by;
          },
          remove: ({ name }: { name: string }) => ({ id: name, count: () => stock.get(name) }),
        },
        entities: {
          Product: ['x', 'y'].map((id) => ({
            id,
            count() {
              log.push(`count ${id}`);
              return stock.get(id);
            },
          })),
        },
      },
    ]);
    expect(
      await data(
        'mutation ($by: Int! = 5) { first: add(name: "x") { name count } multiply(by: $by) plus(by: 2) second: add(name: "y") { count } m2: multiply(by: 2) remove(name: "x") { name: id count } }',
      ),
    ).toEqual({
      first: { name: 'x', count: 1 },
      multiply: 5,
      plus: 2,
      second: { count: 1 },
      m2: 2,
      remove: { name: 'x', count: 14 },
    });
    expect(log).toEqual(['add x', 'count x', 'multiply 5', 'plus 2', 'add y', 'count y', 'multiply 2']);
    log.length = 0;
    await data(
      'mutation { one: plus(by: 1) ...F two: plus(by: 2) ...F } fragment F on Mutation { two: plus(by: 2) three: plus(by: 3) ... on Mutation { one: plus(by: 1) four: plus(by: 4) } }',
    );
    expect(log).toEqual(['plus 1', 'plus 2', 'plus 3', 'plus 4']);
    log.length = 0;
    // All of them run, whatever one of them says (specification 6.2.2).
    const { data: none, errors } = await ask('mutation { plus(by: 1) fail multiply(by: 1) p2: plus(by: 3) }');
    expect(none).toBeNull();
    expect(errors?.map(({ path }) => path)).toEqual([['fail']]);
    expect(log[0]).toBe('plus 1');
  });

  it('passes executable directives on, and takes arguments of every kind', async () => {
    const { data, requests } = startAudit([
      {
        name: 'a',
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) directive @access(level: Int = 1, tags: [String!]) on FIELD
        type Query { a(in: In, list: [[Int!]], id: ID, e: E = X, f: Float): String } input In { n: Int! = 4 in: In tags: [String] date: Date e: E } enum E { X Y } scalar Date`,
        query: { a: (args: unknown) => JSON.stringify(args) },
      },
      {
        name: 'b',
        sdl: 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) directive @access(level: Int = 1, tags: [String!]) on FIELD type Query { b: String }',
        query: { b: 'b' },
      },
    ]);
    expect(await data('{ a @access b @access(level: 2, tags: ["x"]) }')).toEqual({ a: '{"e":"X"}', b: 'b' });
    expect(requests.map(({ query }) => query.replace(/\s+/g, '')).sort()).toEqual([
      expect.stringContaining('a@access'),
      expect.stringContaining('b@access(level:2'),
    ]);
    const query =
      'query ($in: In, $list: [[Int!]], $id: ID = 5, $e: E, $f: Float = 1, $tag: String, $n: Int! = 8) { a(in: $in, list: $list, id: $id, e: $e, f: $f) x: a(in: { n: $n, in: { n: 3 }, tags: [$tag, "b"], date: { any: [1, $tag] } }, list: [[1]]) }';
    expect(await data(query, { in: { in: { tags: 'one', date: { deep: [1] } } }, list: 3 })).toEqual({
      a: '{"in":{"n":4,"in":{"n":4,"tags":["one"],"date":{"deep":[1]}}},"list":[[3]],"id":"5","e":"X","f":1}',
      x: '{"in":{"n":8,"in":{"n":3},"tags":[null,"b"],"date":{"any":[1,null]}},"list":[[1]],"e":"X"}',
    });
  });
});

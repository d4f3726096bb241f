import { pino } from 'pino';
import { createCore } from '../../src/pipeline/core.ts';
import type { GatewayHooks } from '../../src/request/hooks.ts';
import { anonymous, composeInProcess, type SubgraphDefinition } from '../support/in-process.transport.ts';
import { FEDERATION } from '../support/test.graph.ts';

const log = pino({ level: 'silent' });

function start(subgraphs: readonly SubgraphDefinition[], hooks?: GatewayHooks) {
  const { supergraph, transport, requests } = composeInProcess(
    subgraphs.map((subgraph) => ({ ...subgraph, sdl: `${FEDERATION} ${subgraph.sdl}` })),
  );
  const core = createCore({ supergraph, transport, log, hooks });
  return {
    requests,
    ask: (query: string, variables: Record<string, unknown> = {}) => core.execute({ query, variables }, anonymous),
  };
}

describe('Federation', () => {
  it('goes from key to key over subgraphs that share none', async () => {
    const { ask } = start([
      {
        name: 'a',
        sdl: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! }',
        resolvers: { Query: { item: () => ({ id: '1' }) } },
      },
      {
        name: 'b',
        sdl: 'type Item @key(fields: "id") @key(fields: "sku region") { id: ID! sku: String! region: String! }',
        resolvers: { Item: { __resolveReference: ({ id }: { id: string }) => ({ id, sku: `s${id}`, region: 'eu' }) } },
      },
      {
        name: 'c',
        sdl: 'type Item @key(fields: "sku region") { sku: String! region: String! price(currency: String): Int }',
        resolvers: { Item: { price: ({ sku, region }: Record<string, string>) => `${sku}${region}`.length } },
      },
    ]);
    expect(await ask('{ item { price } }')).toEqual({ data: { item: { price: 4 } } });
  });

  it('hands required fields over, with their arguments, and asks nothing where they failed', async () => {
    const { ask, requests } = start([
      {
        name: 'a',
        sdl: 'type Query { items(ids: [ID!]!): [Item!]! } type Item @key(fields: "id") { id: ID! weight(unit: String): Int! size: Size } type Size { w: Int h: Int }',
        resolvers: {
          Query: { items: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })) },
          Item: {
            weight({ id }: { id: string }, { unit }: { unit: string }) {
              if (id === '2') throw new Error('No scales.');
              return unit === 'g' ? 1000 : 1;
            },
            size: () => ({ w: 2, h: 3 }),
          },
        },
      },
      {
        name: 'b',
        sdl: `type Item @key(fields: "id") {
          id: ID! weight(unit: String): Int! @external size: Size @external
          cost: Int @requires(fields: "weight(unit: \\"g\\") size { w h }")
          light: Int @requires(fields: "weight(unit: \\"kg\\")")
        } type Size { w: Int @external h: Int @external }`,
        resolvers: {
          Item: {
            cost: ({ weight, size }: { weight: number; size: { w: number; h: number } }) => weight * size.w * size.h,
            light: ({ weight }: { weight: number }) => weight,
          },
        },
      },
    ]);
    expect(await ask('{ items(ids: ["1"]) { cost light } }')).toEqual({ data: { items: [{ cost: 6000, light: 1 }] } });
    expect(await ask('{ items(ids: ["1"]) { cost weight id: size { w } } }')).toEqual({
      data: { items: [{ cost: 6000, weight: 1, id: { w: 2 } }] },
    });
    requests.length = 0;
    const { data, errors } = await ask('{ items(ids: ["1", "2"]) { id cost } }');
    expect(data).toEqual(null);
    expect(errors).toEqual([expect.objectContaining({ message: 'No scales.', path: ['items', 1, 'weight'] })]);
    expect(requests.filter(({ subgraph }) => subgraph === 'b').map(({ variables }) => variables)).toEqual([]);
  });

  it('resolves an interface object in one subgraph and its types in another', async () => {
    const { ask } = start([
      {
        name: 'types',
        sdl: `interface Media @key(fields: "id") { id: ID! title: String! }
          type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int }
          type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int } type Query { shelf: [Media!]! }`,
        resolvers: {
          Query: {
            shelf: () => [
              { __typename: 'Book', id: '1', title: 'B', pages: 9 },
              { __typename: 'Film', id: '2', title: 'F', minutes: 8 },
            ],
          },
          Media: {
            __resolveReference: ({ id }: { id: string }) =>
              id === '1'
                ? { __typename: 'Book', id, title: 'B', pages: 9 }
                : { __typename: 'Film', id, title: 'F', minutes: 8 },
          },
        },
      },
      {
        name: 'reviews',
        sdl: `type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int! } type Query { best: [Media!]! }`,
        resolvers: {
          Query: {
            best: () => [
              { id: '2', stars: 5 },
              { id: '1', stars: 4 },
            ],
          },
          Media: { stars: ({ id }: { id: string }) => Number(id) + 3 },
        },
      },
    ]);
    expect(await ask('{ shelf { __typename stars ... on Book { pages } ... on Film { minutes } } }')).toEqual({
      data: {
        shelf: [
          { __typename: 'Book', stars: 4, pages: 9 },
          { __typename: 'Film', stars: 5, minutes: 8 },
        ],
      },
    });
    expect(await ask('{ best { stars title kind: __typename ... on Film { minutes } } }')).toEqual({
      data: {
        best: [
          { stars: 5, title: 'F', kind: 'Film', minutes: 8 },
          { stars: 4, title: 'B', kind: 'Book' },
        ],
      },
    });
    expect(await ask('{ best { stars } }')).toEqual({ data: { best: [{ stars: 5 }, { stars: 4 }] } });
  });

  it('hides inaccessible enum values and types, and says where', async () => {
    const { ask } = start([
      {
        name: 'a',
        sdl: `type Query { colors: [Color] color: Color! thing: Thing things: [Thing!] }
          enum Color { RED SECRET @inaccessible } union Thing = Open | Hidden
          type Open { id: ID } type Hidden @inaccessible { id: ID }`,
        resolvers: {
          Query: {
            colors: () => ['RED', 'SECRET'],
            color: () => 'RED',
            thing: () => ({ __typename: 'Hidden', id: '1' }),
            things: () => [{ __typename: 'Open', id: '1' }],
          },
        },
      },
    ]);
    const { data, errors } = await ask('{ colors color thing { __typename } things { ... on Open { id } } }');
    expect(data).toEqual({ colors: ['RED', null], color: 'RED', thing: null, things: [{ id: '1' }] });
    expect(errors?.map(({ path }) => path)).toEqual([['colors', 1], ['thing']]);
    expect(JSON.stringify(errors)).not.toMatch(/SECRET|Hidden/);
  });

  it('sets arguments from the context of an entity', async () => {
    const { ask } = start([
      {
        name: 'a',
        sdl: `type Query { shops: [Shop!]! } type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String! items: [Item!]! }
          type Item @key(fields: "id") { id: ID! price(currency: String @fromContext(field: "$shop { currency }")): String! }`,
        resolvers: {
          Query: {
            shops: () => [
              { id: 'de', currency: 'EUR', items: [{ id: '1' }, { id: '2' }] },
              { id: 'us', currency: 'USD', items: [{ id: '1' }] },
            ],
          },
          Item: { price: ({ id }: { id: string }, { currency }: { currency: string }) => `${id} ${currency}` },
        },
      },
      { name: 'b', sdl: 'type Query { ok: Boolean } type Item @key(fields: "id") { id: ID! }' },
    ]);
    const query = '{ shops { items { price } } }';
    const expected = { shops: [{ items: [{ price: '1 EUR' }, { price: '2 EUR' }] }, { items: [{ price: '1 USD' }] }] };
    expect(await ask(query)).toEqual({ data: expected });
    expect(await ask(query, { contextualArgument_1_0: 'GBP' })).toEqual({ data: expected });
  });

  it('moves a field over for as many requests as the label of its override says', async () => {
    const subgraphs = (percent: number): SubgraphDefinition[] => [
      {
        name: 'old',
        sdl: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! stock: String }',
        resolvers: { Query: { item: () => ({ id: '1' }) }, Item: { stock: () => 'old' } },
      },
      {
        name: 'new',
        sdl: `type Item @key(fields: "id") { id: ID! stock: String @override(from: "old", label: "percent(${percent})") other: String @override(from: "x", label: "beta") }`,
        resolvers: { Item: { stock: () => 'new' } },
      },
      {
        name: 'x',
        sdl: 'type Item @key(fields: "id") { id: ID! other: String }',
        resolvers: { Item: { other: () => 'x' } },
      },
    ];
    expect(await start(subgraphs(0)).ask('{ item { stock } }')).toEqual({ data: { item: { stock: 'old' } } });
    expect(await start(subgraphs(100)).ask('{ item { stock } }')).toEqual({ data: { item: { stock: 'new' } } });
    const beta = start(subgraphs(0), { overrideLabels: () => ['beta'] });
    expect(await beta.ask('{ item { other } }')).toEqual({ data: { item: { other: null } } });
  });

  it('merges lists of lists, and asks for an entity that occurs often once', async () => {
    const { ask, requests } = start([
      {
        name: 'a',
        sdl: 'type Query { grid: [[Cell]!]! } type Cell @key(fields: "id") { id: ID! }',
        resolvers: { Query: { grid: () => [[{ id: '1' }, null], [{ id: '2' }, { id: '1' }], []] } },
      },
      {
        name: 'b',
        sdl: 'type Cell @key(fields: "id") { id: ID! label: String tags: [String!] }',
        resolvers: {
          Cell: {
            label({ id }: { id: string }) {
              if (id === '1') throw new Error('No label.');
              return `c${id}`;
            },
            tags: () => ['t'],
          },
        },
      },
    ]);
    const { data, errors } = await ask('{ grid { label tags } }');
    const failed = { label: null, tags: ['t'] };
    expect(data).toEqual({ grid: [[failed, null], [{ label: 'c2', tags: ['t'] }, failed], []] });
    expect(errors?.map(({ path }) => path)).toEqual([
      ['grid', 0, 0, 'label'],
      ['grid', 1, 1, 'label'],
    ]);
    expect(requests[1]?.variables?.representations).toEqual([
      { __typename: 'Cell', id: '1' },
      { __typename: 'Cell', id: '2' },
    ]);
  });

  it('runs the fields of a mutation one after the other over subgraphs', async () => {
    const order: string[] = [];
    const step = (name: string) => () => {
      order.push(name);
      return name;
    };
    const { ask } = start([
      {
        name: 'a',
        sdl: 'type Query { a: Int } type Mutation { first: String third: String }',
        resolvers: { Mutation: { first: step('first'), third: step('third') } },
      },
      {
        name: 'b',
        sdl: 'type Query { b: Int } type Mutation { second: String }',
        resolvers: { Mutation: { second: step('second') } },
      },
    ]);
    expect(await ask('mutation { third second first }')).toEqual({
      data: { third: 'third', second: 'second', first: 'first' },
    });
    expect(order).toEqual(['third', 'second', 'first']);
  });

  it('loads a supergraph that demands authentication, and leaves its fields to the edge', async () => {
    const { ask } = start(
      [
        {
          name: 'a',
          sdl: 'type Query { open: Int secret: Int @authenticated paid: Int! @requiresScopes(scopes: [["paid"]]) }',
          resolvers: { Query: { open: () => 1, secret: () => 2, paid: () => 3 } },
        },
      ],
      {
        authorize: {
          key: () => 'nobody',
          filter: ({ document }) => ({ document, errors: [] }),
        },
      },
    );
    expect(await ask('{ open secret paid }')).toEqual({ data: { open: 1, secret: 2, paid: 3 } });
  });

  it('defaults and coerces variables as the specification has it', async () => {
    const { ask, requests } = start([
      {
        name: 'a',
        sdl: 'type Query { echo(input: In, ids: [ID!], on: Boolean = true): String } input In { a: Int! = 5 b: [In!] c: Kind } enum Kind { X Y @inaccessible }',
        resolvers: { Query: { echo: (_: unknown, args: unknown) => JSON.stringify(args) } },
      },
    ]);
    const query = 'query ($input: In, $ids: [ID!] = ["d"], $on: Boolean) { echo(input: $input, ids: $ids, on: $on) }';
    expect(await ask(query, { input: { b: { a: 1 } }, ids: 7 })).toEqual({
      data: { echo: '{"input":{"a":5,"b":[{"a":1}]},"ids":["7"],"on":true}' },
    });
    expect(await ask(query)).toEqual({ data: { echo: '{"ids":["d"],"on":true}' } });
    requests.length = 0;
    for (const variables of [
      { input: { z: 1 } },
      { input: { c: 'Y' } },
      { ids: [null] },
      { on: 'yes' },
      { input: { a: null } },
    ]) {
      const { data, errors } = await ask(query, variables);
      expect(data).toBeUndefined();
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
    expect(requests).toEqual([]);
  });

  it('answers introspection without a subgraph', async () => {
    const { ask, requests } = start([
      { name: 'a', sdl: 'type Query { a: Int }', resolvers: { Query: { a: () => 1 } } },
    ]);
    expect(
      await ask(
        'query ($n: String!) { ...Meta __typename } fragment Meta on Query { t: __type(name: $n) { name } __schema { queryType { name } } }',
        { n: 'Query' },
      ),
    ).toEqual({
      data: { t: { name: 'Query' }, __schema: { queryType: { name: 'Query' } }, __typename: 'Query' },
    });
    expect(requests).toEqual([]);
  });
});

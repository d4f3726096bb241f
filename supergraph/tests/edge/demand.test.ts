import * as fc from '@vibecode/platform/testing/property';
import { buildASTSchema, buildSchema, parse } from 'graphql';
import { pino } from 'pino';
import { CostModel } from '../../src/edge/demand.cost.ts';
import { parseFetch } from '../../src/edge/demand.plan.ts';
import { parseSizedFields, readCostRules } from '../../src/edge/demand.rules.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { startEdgeGraph } from './edge.fixture.ts';

const LINK = FEDERATION.replace('"@key"', '"@cost", "@listSize", "@key"');
/** A graph whose operations are refused and say what they would have cost. */
const REFUSING =
  'demand_control: { enabled: true, mode: enforce, strategy: { static_estimated: { list_size: 10, max: -0 } } }\n';

// The types of Apollo's documentation of demand control, and the costs that it works out for operations on them.
const SHOP = `
    type Query {
      book(id: ID): Book
      bestsellers: [Book] @listSize(assumedSize: 5)
      newest(after: ID, limit: Int!): [Book] @listSize(slicingArguments: ["limit"])
      some(limit: Int = 4): [Book] @listSize(slicingArguments: ["limit"])
      search(first: Int): Results @listSize(slicingArguments: ["first"], sizedFields: ["nodes"], assumedSize: 2, requireOneSlicingArgument: false)
      byIds(ids: [ID!]): [Book] @listSize(slicingArguments: ["ids"], assumedSize: 6, requireOneSlicingArgument: false)
      find(input: Find): [Book] @listSize(slicingArguments: ["input.page.first"])
      pages(first: Int, last: Int): Pages @listSize(slicingArguments: ["first", "last"], sizedFields: ["results { nodes }"])
      either(first: Int, last: Int): [Book] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
      filter(input: [Range!], one: Range, n: Int @cost(weight: 3)): Book
      all: [Book]
      tags: [String]
      grid: [[Book]]
      colour: Colour
    }
    type Mutation { buy(id: ID @cost(weight: 7)): Book }
    input Find { page: Page words: String }
    input Page { first: Int }
    input Range { from: Int @cost(weight: 2) inner: Range }
    enum Colour @cost(weight: 15) { RED }
    type Pages { results: Results total: Int }
    type Results { nodes: [Book] total: Int }
    type Book { title: String author: Author publisher: Publisher }
    type Author { name: String }
    type Publisher { name: String address: Address }
    type Address @cost(weight: 5) { zipCode: Int! }`;
/** As a supergraph has it. Composition for JavaScript does not take lists and paths yet, nor selections of sized fields. */
const SHOP_SUPERGRAPH = `schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"]) { query: Query mutation: Mutation } ${SHOP}`;
const shopModel = new CostModel(
  buildASTSchema(parse(SHOP_SUPERGRAPH), { assumeValid: true }),
  readCostRules(parse(SHOP_SUPERGRAPH)),
);
const shop: TestSubgraph = {
  name: 'shop',
  sdl: `${LINK} ${SHOP.replaceAll(/.*(byIds|find|pages)\(.*\n/g, '')}`,
  resolvers: {
    Query: { all: () => [{ title: 'A' }, { title: 'B' }, { title: 'C' }] },
    Mutation: { buy: () => null },
  },
};
const book = '{ title author { name } publisher { name address { zipCode } } }';

describe('the estimated cost', () => {
  it.each([
    [`{ book(id: 1) ${book} }`, {}, 8],
    [`{ bestsellers ${book} }`, {}, 40],
    [`{ newest(limit: 3) ${book} }`, {}, 24],
    [`{ newest(limit: 7) ${book} }`, {}, 56],
    [`query($n: Int!) { newest(limit: $n) ${book} }`, { n: 7 }, 56],
    ['query($n: Int! = 6) { newest(limit: $n) { title } }', { n: 6 }, 6],
    ['{ some { title } }', {}, 4],
    ['{ some(limit: 9) { title } }', {}, 9],
    ['{ search(first: 4) { nodes { title } total } }', {}, 5],
    ['{ search { nodes { title } } }', {}, 3],
    ['{ byIds(ids: ["a", "b", "c"]) { title } }', {}, 3],
    ['query($ids: [ID!]) { byIds(ids: $ids) { title } }', { ids: ['a', 'b'] }, 2],
    ['query($ids: [ID!]) { byIds(ids: $ids) { title } }', { ids: [] }, 0],
    ['{ byIds { title } }', {}, 6],
    // An input object costs 1 itself, and so does each within it.
    ['{ find(input: { page: { first: 4 } }) { title } }', {}, 6],
    ['query($page: Page) { find(input: { page: $page }) { title } }', { page: { first: 3 } }, 5],
    ['query($input: Find) { find(input: $input) { title } }', { input: { page: { first: 2 } } }, 4],
    ['{ pages(first: 5) { results { nodes { title } total } total } }', {}, 7],
    ['{ pages(last: 3) { ... on Pages { results { ...R } } } } fragment R on Results { nodes { title } }', {}, 5],
    ['{ either(first: 3, last: 8) { title } }', {}, 8],
    ['{ either { title } }', {}, 10],
    ['{ filter(input: [{ from: 1 }, { inner: { from: 2 } }]) { title } }', {}, 8],
    ['query($i: [Range!]) { filter(input: $i) { title } }', { i: [{ from: 1 }, { inner: { from: 2 } }] }, 8],
    ['{ filter(n: 1) { title } a: filter(n: null) { title } }', {}, 5],
    ['{ all { title } tags colour }', {}, 25],
    ['{ grid { title } }', {}, 10],
    ['query($no: Boolean!) { all @skip(if: $no) { title } book { title } }', { no: true }, 1],
    ['mutation { buy(id: 1) { title } }', {}, 18],
    ['{ __typename }', {}, 0],
  ])('of %s with %j is %d', (query, variables, cost) => {
    expect(shopModel.estimate(parseFetch(query), variables, { listSize: 10, isStrict: true })).toBe(cost);
  });

  it('is what the gateway says when it refuses', async () => {
    await using graph = await startEdgeGraph(REFUSING, [shop]);
    for (const [query, variables, cost] of [
      [`{ book(id: 1) ${book} }`, {}, 8],
      [`{ bestsellers ${book} }`, {}, 40],
      [`query($n: Int!) { newest(limit: $n) ${book} }`, { n: 7 }, 56],
      ['query($n: Int! = 6) { newest(limit: $n) { title } }', {}, 6],
      ['mutation { buy(id: 1) { title } }', {}, 18],
    ] as const) {
      expect(await graph.query(query, variables)).toMatchObject({
        errors: [{ extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', 'cost.estimated': cost, 'cost.max': 0 } }],
      });
    }
    expect(await graph.query('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect(graph.requests).toHaveLength(0);
  });

  it.each([
    ['{ find { title } }', 'Query.find needs exactly one of the arguments input.page.first, and has 0.'],
    ['{ pages { total } }', 'Query.pages needs exactly one of the arguments first, last, and has 0.'],
    [
      '{ pages(first: 1, last: 2) { total } }',
      'Query.pages needs exactly one of the arguments first, last, and has 2.',
    ],
  ])('of %s is not known', (query, message) => {
    const estimate = (isStrict: boolean) => shopModel.estimate(parseFetch(query), {}, { listSize: 10, isStrict });
    expect(() => estimate(true)).toThrow(message);
    expect(estimate(false)).toBeGreaterThan(0);
  });

  it('that is not known refuses an operation, unless costs are only measured', async () => {
    const unsized = {
      ...shop,
      sdl: shop.sdl.replace('newest(after: ID, limit: Int!)', 'newest(after: ID, limit: Int)'),
    };
    await using strict = await startEdgeGraph(REFUSING, [unsized]);
    expect(await strict.query('{ newest { title } }')).toEqual({
      errors: [
        {
          message: 'Query.newest needs exactly one of the arguments limit, and has 0.',
          extensions: { code: 'COST_QUERY_PARSE_FAILURE' },
        },
      ],
    });
    await using measuring = await startEdgeGraph(REFUSING.replace('enforce', 'measure'), [unsized]);
    expect((await measuring.query('{ newest { title } }')).errors).toBeUndefined();
  });

  it('is never less for more items', () => {
    const sdl = 'type Query { list(n: Int): [T] } type T { list(n: Int): [T] }';
    const listSize = { assumedSize: null, slicingArguments: ['n'], sizedFields: null, requireOneSlicingArgument: true };
    const rules = {
      ...readCostRules(parse(sdl)),
      listSizes: new Map(['Query', 'T'].map((type) => [`${type}.list`, listSize])),
    };
    const model = new CostModel(buildSchema(sdl), rules);
    const estimate = (sizes: number[]) =>
      model.estimate(
        parseFetch(`{ ${sizes.map((n) => `list(n: ${n}) {`).join(' ')} __typename ${'}'.repeat(sizes.length)} }`),
        {},
        { listSize: 10, isStrict: true },
      );
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), fc.nat(), (sizes, at) => {
        const more = sizes.map((size, index) => (index === at % sizes.length ? size + 1 : size));
        expect(estimate(more)).toBeGreaterThanOrEqual(estimate(sizes));
        const nested = sizes.reduceRight((inner, size) => size * (1 + inner), 0);
        expect(estimate(sizes)).toBe(nested);
      }),
    );
  });

  it('takes sized fields as selections and as paths', () => {
    for (const entries of [
      ['page', 'results { page }'],
      ['page', 'results.page'],
    ]) {
      const { lists, below } = parseSizedFields(entries);
      expect([[...lists], [...(below.get('results')?.lists ?? [])]]).toEqual([['page'], ['page']]);
    }
  });
});

const vehicles: TestSubgraph = {
  name: 'vehicles',
  sdl: `${LINK}
    type Query { ships: [Ship!]! }
    type Ship @key(fields: "id") { id: ID! name: String! owner: User! fee: Float @requires(fields: "owner { addresses { zip } }") }
    type User @key(fields: "licence") { licence: ID! addresses: [Address!] @external }
    type Address { zip: Int! @external }`,
  resolvers: {
    Query: { ships: () => [1, 2].map((id) => ({ id, name: `S${id}`, owner: { licence: `L${id}` } })) },
    Ship: {
      __resolveReference: (ship: object) => ship,
      fee: ({ owner }: { owner: { addresses: { zip: number }[] } }) => owner.addresses.length,
    },
  },
};
const users: TestSubgraph = {
  name: 'users',
  sdl: `${LINK}
    type Query { users: [User!]! }
    type User @key(fields: "licence") { licence: ID! name: String! addresses: [Address!] }
    type Address { zip: Int! }`,
  resolvers: {
    Query: { users: () => [{ licence: 'L1', name: 'Ann' }] },
    User: {
      __resolveReference: (user: object) => user,
      name: () => 'Ann',
      addresses: () => [{ zip: 1 }, { zip: 2 }, { zip: 3 }],
    },
  },
};

describe('the cost of a plan', () => {
  const config = (more: string, mode = 'enforce') =>
    `include_subgraph_errors: { all: false }
demand_control: { enabled: true, mode: ${mode}, strategy: { static_estimated: { list_size: 100, ${more} } } }\n`;

  // Apollo Router's own figures for these plans: each entity fetch is a list of entities, at 1 each.
  it.each([
    ['{ ships { name } }', 100],
    ['{ ships { name owner { name } } }', 200 + 100],
    ['{ ships { name fee } }', 200 + 100 * (1 + 100) + 100],
    ['{ users { name } ships { owner { name } } }', 100 + 200 + 100],
    ['{ users { name } ... @defer { ships { fee } } }', 100 + 200 + 100 * (1 + 100) + 100],
  ])('of %s is %d', async (query, cost) => {
    await using graph = await startEdgeGraph(config('max: 0'), [vehicles, users]);
    const { errors } = await graph.query(query);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'COST_ESTIMATED_TOO_EXPENSIVE', 'cost.estimated': cost });
    expect(graph.requests).toHaveLength(0);
  });

  it('for one subgraph may be bounded: that one is not asked, and the others are', async () => {
    const limits = 'max: 99999, subgraph: { all: { max: 500 }, subgraphs: { users: { max: 5, list_size: 6 } } }';
    await using graph = await startEdgeGraph(config(limits), [vehicles, users]);
    const answer = await graph.query('{ ships { name owner { licence name } } }');
    expect(answer.data).toBeNull();
    // Though the errors of subgraphs are masked: it is the gateway that refused.
    expect(answer.errors?.[0]).toEqual({
      message: "The operation's estimated cost for the subgraph 'users' is 6, where at most 5 is allowed.",
      path: expect.arrayContaining(['ships']),
      extensions: {
        code: 'SUBGRAPH_COST_ESTIMATED_TOO_EXPENSIVE',
        'cost.subgraph': 'users',
        'cost.subgraph.estimated': 6,
        'cost.subgraph.max': 5,
      },
    });
    expect(graph.requests.map(({ subgraph }) => subgraph)).toEqual(['vehicles']);
    // Fetches of one subgraph count together: 200 to begin with, and 100 for the fees.
    await using low = await startEdgeGraph(config('max: 99999, subgraph: { all: { max: 299 } }'), [vehicles, users]);
    const { data, errors } = await low.query('{ ships { fee } }');
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ 'cost.subgraph': 'vehicles', 'cost.subgraph.estimated': 300 });
    expect(low.requests).toHaveLength(0);
    await using measuring = await startEdgeGraph(config('max: 0, subgraph: { all: { max: 0 } }', 'measure'), [
      vehicles,
      users,
    ]);
    expect(await measuring.query('{ ships { name } }')).toEqual({ data: { ships: [{ name: 'S1' }, { name: 'S2' }] } });
  });

  it.each([
    ['by_subgraph', '{ ships { name owner { name } } }', 2 + 2 + 2],
    ['by_response_shape', '{ ships { name owner { name } } }', 2 + 2],
    ['by_subgraph', '{ ships { fee } }', 2 + 2 + 2 * (1 + 3) + 2],
    ['by_response_shape', '{ ships { fee } }', 2],
  ])('afterwards is measured %s: %s', async (mode, query, actual) => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    await using graph = await startEdgeGraph(
      config(`max: 1, actual_cost_mode: ${mode}`, 'measure'),
      [vehicles, users],
      {
        log,
      },
    );
    expect((await graph.query(query.replace('{', 'query Named {'))).errors).toBeUndefined();
    expect(lines.filter(({ action }) => action === 'demand.measured')).toEqual([
      expect.objectContaining({ operationName: 'Named', actual, result: 'COST_ESTIMATED_TOO_EXPENSIVE' }),
    ]);
  });
});

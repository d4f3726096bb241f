import * as fc from '@vibecode/platform/testing/property';
import { buildSchema, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { pino } from 'pino';
import { parseConfig } from '../../src/config/config.parse.ts';
import { CostModel } from '../../src/edge/demand.cost.ts';
import { readCostRules } from '../../src/edge/demand.rules.ts';
import { createOperationLimits, measureOperation } from '../../src/edge/operation.limits.ts';
import type { ParsedOperation } from '../../src/request/parsed.operation.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { startEdgeGraph } from './edge.fixture.ts';

function toOperation(query: string): ParsedOperation {
  const document = parse(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  const fragments = document.definitions.filter(
    (node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION,
  );
  return {
    query,
    document,
    operation,
    kind: operation.operation,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
  } as unknown as ParsedOperation;
}

const sizeOf = (query: string) => measureOperation(toOperation(query));

describe('the size of an operation', () => {
  it.each([
    [
      'query { book { ...d } } fragment d on Book { details { ... on Product { country } } }',
      { depth: 3, height: 3, aliases: 0, rootFields: 1 },
    ],
    ['{ user { id name username: name } }', { depth: 2, height: 3, aliases: 1, rootFields: 1 }],
    ['{ a { id } b: a { id name } c: a { name } }', { depth: 2, height: 3, aliases: 2, rootFields: 3 }],
    ['{ ...r } fragment r on Query { a b c }', { depth: 1, height: 3, aliases: 0, rootFields: 3 }],
  ])('of %s', (query, size) => {
    expect(sizeOf(query)).toEqual(size);
  });

  interface Node {
    readonly name: string;
    readonly children: Node[];
  }
  /** Selections as text, by fragments or written out: the same size either way. */
  const tree = fc.letrec<{ node: Node; list: Node[] }>((tie) => ({
    list: fc.oneof({ maxDepth: 4 }, fc.constant<Node[]>([]), fc.array(tie('node'), { minLength: 1, maxLength: 3 })),
    node: fc.record({ name: fc.constantFrom('a', 'b', 'c'), children: tie('list') }),
  })).node;

  it('does not depend on whether fragments are used', () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 3 }), (roots) => {
        const fragments: string[] = [];
        const write = (nodes: Node[]): string =>
          nodes.map(({ name, children }) => (children.length ? `${name} { ${write(children)} }` : `${name}`)).join(' ');
        const spread = (nodes: Node[]): string => {
          const body = nodes
            .map(({ name, children }) => (children.length ? `${name} { ${spread(children)} }` : `${name}`))
            .join(' ');
          fragments.push(`fragment f${fragments.length} on T { ${body} }`);
          return `...f${fragments.length - 1}`;
        };
        const direct = sizeOf(`{ ${write(roots)} }`);
        const root = spread(roots);
        expect(sizeOf(`{ ${root} } ${fragments.join(' ')}`)).toEqual(direct);
      }),
    );
  });

  it('is bounded before it is expanded: fragments of fragments of fragments', () => {
    const doubling = Array.from({ length: 40 }, (_, n) => `fragment f${n} on T { ...f${n + 1} ...f${n + 1} }`).join(
      ' ',
    );
    const { limits } = parseConfig('limits: { router: { max_recursive_selections: 10000 } }\n', 't').config;
    const { checkOperation } = createOperationLimits(limits.router, pino({ level: 'silent' }));
    expect(() => checkOperation(toOperation(`{ ...f0 } ${doubling} fragment f40 on T { a }`))).toThrow(
      'more than 10000 selections',
    );
  });

  it('refuses deep and long texts before they are parsed', () => {
    const { checkText } = createOperationLimits(parseConfig('', 't').config.limits.router, pino({ level: 'silent' }));
    expect(() => checkText('{a'.repeat(100_000))).toThrow('nests deeper than 500');
    expect(() => checkText(`{${'a '.repeat(20_000)}}`)).toThrow('more than 15000 tokens');
    expect(() => checkText('{ a }')).not.toThrow();
  });
});

const shop: TestSubgraph = {
  name: 'shop',
  sdl: `${FEDERATION.replace('"@key"', '"@cost", "@listSize", "@key"')}
    type Query {
      book(id: ID): Book
      bestsellers: [Book] @listSize(assumedSize: 5)
      newest(after: ID, limit: Int!): [Book] @listSize(slicingArguments: ["limit"])
      search(first: Int): Results @listSize(slicingArguments: ["first"], sizedFields: ["nodes"], assumedSize: 2)
      all: [Book]
    }
    type Mutation { buy(id: ID @cost(weight: 7)): Book }
    type Results { nodes: [Book] total: Int }
    type Book { title: String author: Author publisher: Publisher }
    type Author { name: String }
    type Publisher { name: String address: Address }
    type Address @cost(weight: 5) { zipCode: Int! }`,
  resolvers: { Query: { all: () => [{ title: 'A' }, { title: 'B' }, { title: 'C' }] }, Mutation: { buy: () => null } },
};
const book = '{ title author { name } publisher { name address { zipCode } } }';

describe('demand control', () => {
  it.each([
    [`{ book(id: 1) ${book} }`, {}, 8],
    [`{ bestsellers ${book} }`, {}, 40],
    [`{ newest(limit: 3) ${book} }`, {}, 24],
    [`query($n: Int!) { newest(limit: $n) ${book} }`, { n: 7 }, 56],
    ['{ search(first: 4) { nodes { title } total } }', {}, 5],
    ['{ search { nodes { title } } }', {}, 3],
    ['{ all { title } }', {}, 10],
    ['query($no: Boolean!) { all @skip(if: $no) { title } book { title } }', { no: true }, 1],
    ['mutation { buy(id: 1) { title } }', {}, 18],
  ])('estimates %s with %j at %d', async (query, variables, cost) => {
    await using graph = await startEdgeGraph(
      'demand_control: { enabled: true, mode: enforce, strategy: { static_estimated: { list_size: 10, max: -0 } } }\n',
      [shop],
    );
    expect(await graph.query(query, variables)).toMatchObject({
      errors: [{ extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', 'cost.estimated': cost, 'cost.max': 0 } }],
    });
    expect(graph.requests).toHaveLength(0);
  });

  it('measures what an operation did cost, and refuses nothing while it only measures', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    await using graph = await startEdgeGraph(
      'demand_control: { enabled: true, mode: measure, strategy: { static_estimated: { list_size: 10, max: 1 } } }\n',
      [shop],
      { log },
    );
    expect((await graph.query('query Everything { all { title } }')).data).toEqual({
      all: [{ title: 'A' }, { title: 'B' }, { title: 'C' }],
    });
    expect(lines.find(({ action }) => action === 'demand.measured')).toMatchObject({
      operationName: 'Everything',
      estimated: 10,
      actual: 3,
      result: 'COST_ESTIMATED_TOO_EXPENSIVE',
    });
  });

  it('never estimates less for more items', () => {
    const sdl = 'type Query { list(n: Int): [T] } type T { list(n: Int): [T] }';
    const rules = {
      ...readCostRules(parse(sdl)),
      listSizes: new Map(
        ['Query', 'T'].map((type) => [`${type}.list`, { assumedSize: null, slicingArguments: ['n'], sizedFields: [] }]),
      ),
    };
    const model = new CostModel(buildSchema(sdl), rules, 10);
    const estimate = (sizes: number[]) =>
      model.estimate(
        toOperation(`{ ${sizes.map((n) => `list(n: ${n}) {`).join(' ')} __typename ${'}'.repeat(sizes.length)} }`),
        {},
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
});

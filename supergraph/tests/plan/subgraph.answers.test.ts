import * as fc from '@vibecode/platform/testing/property';
import {
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { pino } from 'pino';
import { createCore } from '../../src/pipeline/core.ts';
import type { GraphQLResult, SubgraphRequest } from '../../src/request/message.ts';
import { FEDERATION_2 } from '../audit/audit.fixture.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';

const SUBGRAPHS = [
  {
    name: 'a',
    sdl: `type Query { items: [Item!] item: Item! thing: Thing any: Any grid: [[Int!]]! }
      interface Thing @key(fields: "id") { id: ID! } type Item implements Thing @key(fields: "id") { id: ID! color: Color! weight: Float secretNumber: Int @inaccessible }
      type Hidden implements Thing @key(fields: "id") @inaccessible { id: ID! } type Box implements Thing @key(fields: "id") { id: ID! items: [Item] }
      union Any = Item | Box | Hidden enum Color { RED BLUE TOP_SECRET @inaccessible }`,
    resolvers: {
      Query: {
        items: () => [item('1'), item('2')],
        item: () => item('1'),
        thing: () => ({ __typename: 'Box', id: 'b', items: [item('2')] }),
        any: () => ({ __typename: 'Item', ...item('3') }),
        grid: () => [[1, 2], []],
      },
    },
  },
  {
    name: 'b',
    sdl: `type Item @key(fields: "id") { id: ID! weight: Float @external price: Int! note: String cost: Float @requires(fields: "weight") next: Item tags: [String!] }`,
    resolvers: {
      Item: { price: () => 5, note: () => 'n', cost: () => 1.5, next: () => ({ id: '9' }), tags: () => ['t'] },
    },
  },
];

function item(id: string) {
  return { id, color: 'RED', weight: 2, secretNumber: 424242 };
}

const QUERY = `{
  items { id color weight price note cost next { id price tags next { cost } } }
  item { a: price __typename ... on Item { note } }
  thing { id __typename ... on Box { items { color note } } ... on Item { cost } }
  any { __typename ... on Item { next { tags } } ... on Box { id } }
  grid
}`;

type Alter = (request: SubgraphRequest, answer: GraphQLResult) => unknown;

function start(alter: Alter) {
  const failures: unknown[] = [];
  const { supergraph, transport } = composeInProcess(
    SUBGRAPHS.map(({ sdl, ...rest }) => ({ ...rest, sdl: `${FEDERATION_2} ${sdl}` })) as never,
  );
  const altered = {
    fetch: async (request: SubgraphRequest, context: typeof anonymous) =>
      alter(request, await transport.fetch(request, context)) as GraphQLResult,
  };
  const log = Object.assign(pino({ level: 'silent' }), { error: (line: unknown) => failures.push(line) });
  const core = createCore({ supergraph, transport: altered, log });
  return { supergraph, failures, ask: (query = QUERY) => core.execute({ query }, anonymous) };
}

describe('Answers of subgraphs that are wrong', () => {
  it('says where, by which subgraph, and keeps the rest', async () => {
    const answers: [string, Alter, string, unknown, unknown][] = [
      [
        'data that is a list',
        ({ subgraph }, answer) => (subgraph === 'a' ? { data: [1] } : answer),
        '{ grid }',
        null,
        [{ path: ['grid'], extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE', service: 'a' } }],
      ],
      [
        'neither data nor errors',
        ({ subgraph }, answer) => (subgraph === 'b' ? {} : answer),
        '{ items { note } }',
        { items: [{ note: null }, { note: null }] },
        [{ path: ['items'] }],
      ],
      [
        'fewer entities than were asked for',
        ({ subgraph }, answer) =>
          subgraph === 'b' ? { data: { _entities: [(answer.data as { _entities: unknown[] })._entities[0]] } } : answer,
        '{ items { note } }',
        { items: [{ note: 'n' }, { note: null }] },
        [{ path: ['items'] }],
      ],
      [
        'errors without a path',
        ({ subgraph }, answer) =>
          subgraph === 'b' ? { data: null, errors: [{ message: 'Down.' }, null, 'x'] } : answer,
        '{ item { note } }',
        { item: { note: null } },
        [{ message: 'Down.', path: ['item', 'note'] }, { path: ['item', 'note'] }, { path: ['item', 'note'] }],
      ],
      [
        'errors on an entity that was not asked for',
        ({ subgraph }, answer) =>
          subgraph === 'b' ? { ...answer, errors: [{ message: 'No.', path: ['_entities', 7, 'note'] }] } : answer,
        '{ item { note } }',
        { item: { note: 'n' } },
        [{ message: 'No.', extensions: { service: 'b' } }],
      ],
      [
        'values of other types',
        ({ subgraph }) => (subgraph === 'a' ? { data: { grid: [[1, 2 ** 31], 'x', [1.5], null, [[2]]] } } : {}),
        '{ grid }',
        { grid: [null, null, null, null, null] },
        [{ path: ['grid', 0, 1] }, { path: ['grid', 1] }, { path: ['grid', 2, 0] }, { path: ['grid', 4, 0] }],
      ],
      [
        'types and enum values that are hidden or unknown',
        ({ subgraph }) =>
          subgraph === 'a'
            ? {
                data: {
                  items: [{ color: 'TOP_SECRET' }],
                  any: { __typename: 'Query' },
                  thing: { __typename: 'Hidden', id: '1' },
                },
              }
            : {},
        '{ items { color } any { __typename } thing { id } }',
        { items: null, any: null, thing: null },
        [{ path: ['items', 0, 'color'] }, { path: ['any'] }, { path: ['thing'] }],
      ],
      [
        'numbers that JSON cannot say',
        ({ subgraph }) =>
          subgraph === 'a' ? { data: JSON.parse('{ "items": [{ "weight": 1e999, "id": 1.5 }] }') } : {},
        '{ items { weight } }',
        { items: [{ weight: null }] },
        [{ path: ['items', 0, 'weight'] }],
      ],
    ];
    for (const [name, alter, query, data, errors] of answers) {
      const result = await start(alter).ask(query);
      expect([name, result]).toEqual([
        name,
        { data, errors: (errors as object[]).map((error) => expect.objectContaining(withExtensions(error))) },
      ]);
    }
  });

  it(
    'never fails over any of them, breaks its own types, or shows what is hidden',
    async () => {
      const junk = fc.oneof(
        fc.constantFrom<unknown>(
          null,
          [],
          {},
          [[]],
          'TOP_SECRET',
          'Hidden',
          Number.POSITIVE_INFINITY,
          -1,
          1.5,
          true,
          '__proto__',
          424242,
        ),
        fc.constantFrom<unknown>({ __typename: 'Hidden', id: '1', secretNumber: 424242 }, { __typename: 'Query' }),
        fc.constantFrom<unknown>({ __typename: 7, id: [] }, [null, {}, 'x'], { toString: 1, valueOf: 2 }),
        fc.jsonValue({ maxDepth: 2 }),
      );
      const change = fc.record({ at: fc.nat(60), value: junk, inErrors: fc.boolean() });
      let call = 0;
      let changes: readonly (readonly { at: number; value: unknown; inErrors: boolean }[])[] = [];
      const { ask, failures, supergraph } = start((_request, answer) => {
        let altered: unknown = answer;
        for (const { at, value, inErrors } of changes[call++ % changes.length] ?? []) {
          const errors = [value, { message: value, path: [value, at] }, { path: ['_entities', at, value] }];
          altered = inErrors ? { ...(altered as object), errors } : replaceAt(altered, at, value);
        }
        return altered;
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(change, { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
          async (generated) => {
            [changes, call] = [generated, 0];
            failures.length = 0;
            const result = await ask();
            expect(failures).toEqual([]);
            expect(JSON.stringify(result.data)).not.toMatch(/"__typename":"(Hidden|Query)"|secretNumber/);
            const root = supergraph.apiSchema.getQueryType();
            if (result.data && root) checkData(result.data, root.getFields());
          },
        ),
        { numRuns: 400 },
      );
    },
    fc.PROPERTY_TIMEOUT_MS,
  );
});

function withExtensions(error: object): object {
  return 'extensions' in error ? { ...error, extensions: expect.objectContaining(error.extensions) } : error;
}

/** The value with one of its parts, counted in depth, replaced. */
function replaceAt(value: unknown, at: number, replacement: unknown): unknown {
  let left = at;
  const visit = (part: unknown): unknown => {
    if (left-- === 0) return replacement;
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(value);
}

type Fields = Record<string, { readonly type: GraphQLOutputType }>;

/** Keys that the query gives are fields' own names, `a` aside. */
function checkData(data: Record<string, unknown>, fields: Fields): void {
  for (const [key, value] of Object.entries(data)) {
    const field = fields[key === 'a' ? 'price' : key];
    if (field) checkValue(value, field.type);
  }
}

function checkValue(value: unknown, type: GraphQLOutputType): void {
  if (isNonNullType(type)) {
    expect(value).not.toBeNull();
    checkValue(value, type.ofType);
  } else if (value !== null && isListType(type)) {
    expect(Array.isArray(value)).toBe(true);
    for (const element of value as unknown[]) checkValue(element, type.ofType);
  } else if (value !== null) {
    const named = getNamedType(type);
    if (isEnumType(named)) expect(named.getValues().map(({ name }) => name)).toContain(value);
    else if (isScalarType(named)) expect(named.serialize(value)).toBe(value);
    else if (isObjectType(named)) checkData(value as Record<string, unknown>, named.getFields());
  }
}

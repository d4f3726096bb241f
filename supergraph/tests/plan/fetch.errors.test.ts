import { createLog } from '@vibecode/platform/log';
import type { GraphQLResult } from '../../src/request/message.ts';
import { type RawAnswer, startRawGraph } from '../support/raw.subgraph.ts';
import { FEDERATION } from '../support/test.graph.ts';

const COUNT = 1_000;
const LISTS = `${FEDERATION} type Query { ts: [T!]! one: T hi: String other: String c2: I any: [U!] }
  type Mutation { change(n: Int!): T! } type Subscription { changed: T }
  interface I { id: ID! } type X implements I { id: ID! x: Int! } union U = X | T
  type T @key(fields: "id") { id: ID! n: Int strict: Int! }`;
const FIELDS = `${FEDERATION} type T @key(fields: "id") { id: ID! n: Int @external soft: Int late: String hard: Int! harder: Int! sum: Int! @requires(fields: "n") }`;

type Answer = RawAnswer | string | null;

function toList(count: number): string {
  const items = Array.from({ length: count }, (_, index) => `{"__typename":"T","id":"${index}","n":1}`);
  return `{"data":{"ts":[${items}]}}`;
}

const ONE = '{"data":{"one":{"__typename":"T","id":"7","n":1}}}';

async function ask(query: string, lists: Answer, fields: Answer = null, log: string[] = []) {
  await using graph = await startRawGraph(
    {
      lists: { sdl: LISTS, answer: () => lists },
      fields: { sdl: FIELDS, answer: () => fields },
    },
    { log: createLog({ service: 'gateway', level: 'info', destination: { write: (line) => log.push(line) } }) },
  );
  return JSON.parse(await graph.post(JSON.stringify({ query }))) as GraphQLResult;
}

const toPaths = ({ errors = [] }: GraphQLResult) => errors.map(({ path }) => path);
const toCodes = ({ errors = [] }: GraphQLResult) => errors.map(({ extensions }) => extensions?.code);

describe('an entity fetch that fails as a whole', () => {
  it.each<[string, Answer]>([
    ['says so', '{"data":null,"errors":[{"message":"b is down"}]}'],
    ['closes the connection', null],
    ['answers in no form', '{"data":{"_entities":[]}}'],
    ['answers with another status', { status: 500, body: 'oops' }],
  ])('is one error at the list, when the subgraph %s', async (_name, fields) => {
    const result = await ask('{ ts { id soft late } }', toList(COUNT), fields);
    expect(toPaths(result)).toEqual([['ts']]);
    expect(result.data?.ts).toHaveLength(COUNT);
  });

  it('is one error at an entity that is in no list', async () => {
    const down = '{"data":null,"errors":[{"message":"b is down"}]}';
    expect(toPaths(await ask('{ one { soft } }', ONE, down))).toEqual([['one', 'soft']]);
    expect(toPaths(await ask('{ one { soft late } }', ONE, down))).toEqual([['one']]);
  });

  it('explains every null that comes of it', async () => {
    const result = await ask('{ ts { hard harder } }', toList(COUNT), '{"data":null,"errors":[{"message":"down"}]}');
    expect([result.data, toPaths(result)]).toEqual([null, [['ts']]]);
  });
});

describe('an error of one entity', () => {
  it('explains what the subgraph took away with it, and nothing else', async () => {
    const error = '{"message":"no","path":["_entities",0,"harder"]}';
    expect(await ask('{ one { hard harder } }', ONE, `{"data":{"_entities":[null]},"errors":[${error}]}`)).toEqual({
      data: { one: null },
      errors: [expect.objectContaining({ message: 'no', path: ['one', 'harder'] })],
    });
    const silent = await ask('{ one { hard harder } }', ONE, '{"data":{"_entities":[null]}}');
    expect([toPaths(silent), toCodes(silent)]).toEqual([[['one', 'hard']], ['INVALID_SUBGRAPH_VALUE']]);
  });

  it('that was not asked for is reported without a path', async () => {
    const error = '{"message":"no","path":["_entities",99,"soft"]}';
    const entities = '{"soft":1},{"soft":2},{"soft":3}';
    const result = await ask('{ ts { soft } }', toList(3), `{"data":{"_entities":[${entities}]},"errors":[${error}]}`);
    expect(result.data).toEqual({ ts: [{ soft: 1 }, { soft: 2 }, { soft: 3 }] });
    expect(result.errors).toEqual([
      { message: 'no', extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', service: 'fields' } },
    ]);
  });

  it('is told for each of them, up to a thousand, and how many more there are', async () => {
    const count = 1_500;
    const errors = Array.from({ length: count }, (_, n) => `{"message":"no","path":["_entities",${n},"hard"]}`);
    const nulls = Array(count).fill('null').join();
    const answer = `{"data":{"_entities":[${nulls}]},"errors":[${errors}]}`;
    const result = await ask('{ ts { hard } }', toList(count), answer);
    expect(result.errors).toHaveLength(1_001);
    expect(result.errors?.[999]?.path).toEqual(['ts', 999, 'hard']);
    expect(result.errors?.[1_000]?.message).toMatch(/reported 500 more errors/);
  });

  it('explains what could not be asked for because of it', async () => {
    const lists = '{"data":{"one":{"__typename":"T","id":"7"}},"errors":[{"message":"no n","path":["one","n"]}]}';
    const result = await ask('{ one { sum } }', lists);
    expect([result.data, toPaths(result)]).toEqual([{ one: null }, [['one', 'n']]]);
    const unexplained = await ask('{ one { sum } }', '{"data":{"one":{"__typename":"T","id":"7"}}}');
    expect([unexplained.data, toPaths(unexplained)]).toEqual([{ one: null }, [['one', 'sum']]]);
  });
});

describe('an error that nulled a common parent', () => {
  it('explains the field that had succeeded', async () => {
    const error = '{"message":"b failed","path":["b"]}';
    const result = await ask(
      'mutation { a: change(n: 1) { id } b: change(n: 2) { id } }',
      `{"data":null,"errors":[${error}]}`,
    );
    expect(result).toEqual({ data: null, errors: [expect.objectContaining({ message: 'b failed', path: ['b'] })] });
  });

  it('explains nothing of another fetch', async () => {
    const silent = '{"data":{"ts":null,"hi":null},"errors":[{"message":"no hi","path":["hi"]}]}';
    const result = await ask('{ ts { id } hi }', silent);
    expect(toPaths(result)).toEqual([['hi'], ['ts']]);
  });
});

describe('an answer that the status says failed', () => {
  it.each([500, 503, 404, 302])('is shown beside an error: %i', async (status) => {
    const result = await ask('{ hi }', { status, body: '{"data":{"hi":"half"}}' });
    expect(result.data).toEqual({ hi: 'half' });
    expect(result.errors).toEqual([
      expect.objectContaining({
        path: ['hi'],
        extensions: expect.objectContaining({ code: 'SUBREQUEST_HTTP_ERROR', service: 'lists', http: { status } }),
      }),
    ]);
  });

  it('has no second error where it says itself what failed', async () => {
    const errors = '[{"message":"half of it failed","path":["other"]}]';
    const result = await ask('{ hi other }', { status: 500, body: `{"data":{"hi":"half"},"errors":${errors}}` });
    expect(result.errors).toEqual([expect.objectContaining({ message: 'half of it failed' })]);
  });
});

describe('an abstract value', () => {
  it.each(['', '"__typename":null,', '"__typename":1,', '"__typename":"Y",'])(
    'that does not say its type is an error: %s',
    async (typename) => {
      const result = await ask('{ c2 { id ... on X { x } } }', `{"data":{"c2":{${typename}"id":"1"}}}`);
      expect(result.data).toEqual({ c2: null });
      expect(result.errors).toEqual([
        {
          message: expect.stringContaining("The subgraph 'lists'"),
          path: ['c2'],
          extensions: { code: 'INVALID_SUBGRAPH_VALUE', service: 'lists' },
        },
      ]);
    },
  );
});

describe('the log', () => {
  it('has each kind of error that the gateway made, once for a request', async () => {
    const lines: string[] = [];
    await ask('{ hi ts { strict } }', '{"data":{"hi":1,"ts":[{"strict":null},{"strict":1}]}}', null, lines);
    await ask('{ ts { soft hard } }', toList(3), null, lines);
    await ask('{ ts { soft } }', toList(3), '{"data":{"_entities":3}}', lines);
    await ask(
      '{ hi }',
      '{"data":null,"errors":[{"message":"of the subgraph","extensions":{"code":"INVALID_SUBGRAPH_VALUE"}}]}',
      null,
      lines,
    );
    const logged = lines.map((line) => JSON.parse(line)).filter(({ action }) => action === 'gateway.error');
    expect(logged.map(({ level, code, subgraph, path }) => [level, code, subgraph, path])).toEqual([
      ['WARN', 'INVALID_SUBGRAPH_VALUE', 'lists', 'hi'],
      ['WARN', 'SUBREQUEST_HTTP_ERROR', 'fields', 'ts'],
      ['WARN', 'SUBREQUEST_MALFORMED_RESPONSE', 'fields', 'ts'],
    ]);
    for (const { requestId } of logged) expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

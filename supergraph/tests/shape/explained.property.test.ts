import * as fc from '@vibecode/platform/testing/property';
import type { GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import { createCore } from '../../src/pipeline/core.ts';
import type { GraphQLResult } from '../../src/request/message.ts';
import { FEDERATION_2 } from '../audit/audit.fixture.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';

/** What each field gives; `twice` and `sum` are computed from what other subgraphs have. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  s0: ['base: Int!', 'soft: Int'],
  s1: ['a: Int!', 'b: Int!', 'c: Int', 'sum: Int! @requires(fields: "base")', 'next: Item', 'sure: Item!'],
  s2: [
    'd: Int!',
    'e: Int',
    'twice: Int! @requires(fields: "soft")',
    'total: Int @requires(fields: "sum")',
    'all: [Item!]',
  ],
};
const EXTERNALS: Readonly<Record<string, string>> = {
  s0: '',
  s1: 'base: Int! @external',
  s2: 'soft: Int @external sum: Int! @external',
};
const LEAVES = ['id', 'base', 'soft', 'a', 'b', 'c', 'sum', 'd', 'e', 'twice', 'total'];
const OBJECTS = ['next', 'sure', 'all'];
const ROOTS = ['items', 'maybe', 'one', 'opt', 'other'];

class Refusal extends Error {}

/** Decides, call by call, whether a resolver throws. */
let decide: () => boolean = () => false;

function resolveField(
  _source: unknown,
  _args: unknown,
  _context: unknown,
  { fieldName }: { fieldName: string },
): unknown {
  if (decide()) throw new Refusal(`refused ${fieldName}`);
  if (['items', 'maybe', 'all'].includes(fieldName)) return [{ id: '1' }, { id: '2' }];
  return [...ROOTS, ...OBJECTS, 'touch'].includes(fieldName) ? { id: '3' } : fieldName === 'id' ? '5' : 5;
}

function start() {
  const { supergraph, transport } = composeInProcess(
    Object.entries(FIELDS).map(([name, fields]) => ({
      name,
      sdl: `${FEDERATION_2} type Item @key(fields: "id") { id: ID! ${fields.join(' ')} ${EXTERNALS[name]} }
        ${name === 's0' ? 'type Query { items: [Item!]! maybe: [Item] one: Item! opt: Item } type Mutation { touch(n: Int): Item! }' : ''}
        ${name === 's2' ? 'type Query { other: Item! }' : ''}`,
      resolvers: { Item: { __resolveReference: (reference: object) => reference } } as never,
      fieldResolver: resolveField as never,
    })),
  );
  let alter: (answer: GraphQLResult) => GraphQLResult = (answer) => answer;
  const altered = {
    fetch: async (...args: Parameters<typeof transport.fetch>) => alter(await transport.fetch(...args)),
  };
  const core = createCore({ supergraph, transport: altered, log: pino({ level: 'silent' }) });
  return {
    core,
    set alter(change: typeof alter) {
      alter = change;
    },
  };
}

const selection: fc.Arbitrary<string> = fc.letrec<{ fields: string }>((tie) => ({
  fields: fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(...LEAVES), { minLength: 1, maxLength: 4 }),
      fc.option(fc.tuple(fc.constantFrom(...OBJECTS), tie('fields')), { maxDepth: 2, depthSize: 'small' }),
    )
    .map(([leaves, nested]) => `{ ${leaves.join(' ')} ${nested ? nested.join(' ') : ''} }`),
})).fields;

const query = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...ROOTS), selection), {
    minLength: 1,
    maxLength: 3,
    selector: ([root]) => root,
  })
  .map((roots) => `{ ${roots.map((root) => root.join(' ')).join(' ')} }`);
const mutation = fc
  .array(selection, { minLength: 2, maxLength: 3 })
  .map((fields) => `mutation { ${fields.map((each, n) => `m${n}: touch(n: ${n}) ${each}`).join(' ')} }`);
/** Which resolver calls throw. */
const calls = fc.uniqueArray(fc.nat(40), { maxLength: 5 });

function throwAt(numbers: readonly number[]): void {
  let call = 0;
  decide = () => numbers.includes(call++);
}

const isInvented = ({ message }: GraphQLFormattedError) => message.startsWith('Cannot return null');

describe('nulls and the errors that explain them', () => {
  it('are never explained twice: no error is made up where a subgraph has said why', async () => {
    const graph = start();
    await fc.assert(
      fc.asyncProperty(fc.oneof(query, mutation), calls, async (text, numbers) => {
        throwAt(numbers);
        const { data, errors = [] } = await graph.core.execute({ query: text }, anonymous);
        expect(errors.filter(isInvented)).toEqual([]);
        // Nothing is null by itself here: each null has its error, at, above or below it or beside it.
        for (const path of findNulls(data)) {
          expect([path, errors.some((error) => isNear(error.path ?? [], path))]).toEqual([path, true]);
        }
        if (errors.length === 0) expect(JSON.stringify(data)).not.toContain('null');
      }),
      { numRuns: 120 },
    );
  });

  it('are never explained twice when whole fetches fail', async () => {
    const graph = start();
    await fc.assert(
      fc.asyncProperty(fc.oneof(query, mutation), calls, calls, async (text, numbers, failing) => {
        throwAt(numbers);
        let call = 0;
        graph.alter = (answer) => (failing.includes(call++) ? { data: null, errors: [{ message: 'Down.' }] } : answer);
        const { data, errors = [] } = await graph.core.execute({ query: text }, anonymous);
        expect(errors.filter(isInvented)).toEqual([]);
        for (const path of findNulls(data)) {
          expect([path, errors.some((error) => isNear(error.path ?? [], path))]).toEqual([path, true]);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('are explained by the gateway where no subgraph does', async () => {
    const graph = start();
    await fc.assert(
      fc.asyncProperty(query, fc.nat(20), async (text, at) => {
        throwAt([]);
        let left = at;
        let taken: string | null = null;
        graph.alter = (answer) => {
          // The number that stands at a place in all answers, in a field that must not be null.
          const text = JSON.stringify(answer).replaceAll(/"(base|a|b|d)":5/g, (whole, name: string) => {
            if (left-- !== 0) return whole;
            taken = name;
            return `"${name}":null`;
          });
          return JSON.parse(text) as GraphQLResult;
        };
        const { errors = [] } = await graph.core.execute({ query: text }, anonymous);
        // Asked by the client, and by no field that requires it.
        const isAsked = taken !== null && !/sum|twice|total/.test(text);
        // One entity may stand at several places, each of which has its error.
        const paths = new Set(errors.map(({ path }) => JSON.stringify(path)));
        if (isAsked) expect([paths.size, errors.every(isInvented)]).toEqual([Math.max(1, errors.length), true]);
        else expect(errors.filter((error) => !isInvented(error))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('are never explained twice in an answer in parts', async () => {
    const graph = start();
    await fc.assert(
      fc.asyncProperty(selection, selection, selection, calls, async (first, second, third, numbers) => {
        throwAt(numbers);
        const text = `{ opt ${first.slice(0, -1)} ... @defer ${second} } maybe { ... @defer ${third} id } }`;
        const stream = await graph.core.subscribe({ query: text }, anonymous);
        const parts: GraphQLResult[] = [];
        if ('attach' in stream) for await (const part of stream) parts.push(part);
        else parts.push(stream);
        expect(parts.length).toBeGreaterThan(0);
        expect(JSON.stringify(parts)).not.toContain('Cannot return null');
      }),
      { numRuns: 50 },
    );
  });
});

type Path = readonly (string | number)[];

function findNulls(value: unknown, path: Path = []): Path[] {
  if (value === null) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    findNulls(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** On one line with the position, or below what it belongs to. */
function isNear(errorPath: Path, position: Path): boolean {
  const above = position.slice(0, -1);
  const length = Math.min(errorPath.length, above.length);
  return errorPath.slice(0, length).every((step, index) => step === above[index]);
}

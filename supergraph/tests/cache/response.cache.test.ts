import { readCachePolicy } from '../../src/cache/cache.policy.ts';
import type { GraphQLResult } from '../../src/request/message.ts';
import { believeHeaders, startEdgeGraph } from '../edge/edge.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';

/** A catalogue that says how long its answers may be kept, and counts what it resolves. */
function catalogue(cacheControl: string | undefined, resolved: string[]): TestSubgraph[] {
  const count = (what: string) => {
    resolved.push(what);
    if (what === 'price broken') throw new Error('Broken.');
  };
  const intercept: TestSubgraph['intercept'] = (_request, response) => {
    if (cacheControl !== undefined) response.setHeader('cache-control', cacheControl);
    return false;
  };
  return [
    {
      name: 'lists',
      sdl: `${FEDERATION} type Query { items(ids: [ID!]!): [Item!]! } type Mutation { touch: Item } type Item @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          items(_: unknown, { ids }: { ids: string[] }) {
            count(`items ${ids}`);
            return ids.map((id) => ({ id }));
          },
        },
        Mutation: { touch: () => ({ id: '1' }) },
      },
      intercept,
    },
    {
      name: 'prices',
      sdl: `${FEDERATION} type Item @key(fields: "id") { id: ID! price(currency: String): String }`,
      resolvers: {
        Item: {
          price({ id }: { id: string }, { currency }: { currency?: string }) {
            count(`price ${id}`);
            return `${id} ${currency}`;
          },
        },
      },
      intercept,
    },
  ];
}

const CONFIG = 'response_cache: { enabled: true }\n';
const QUERY = 'query ($ids: [ID!]!, $c: String = "EUR") { items(ids: $ids) { price(currency: $c) } }';
const ann = { 'x-test-user': 'ann' };
const bob = { 'x-test-user': 'bob' };

async function post(url: string, ids: string[], headers: Record<string, string> = {}, extra: object = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: QUERY, variables: { ids, ...extra } }),
  });
  return { body: (await response.json()) as GraphQLResult, headers: response.headers };
}

describe('The response cache', () => {
  it('keeps answers whole and entities one by one, and asks for what is missing only', async () => {
    const resolved: string[] = [];
    await using graph = await startEdgeGraph(CONFIG, catalogue('max-age=60, public', resolved));
    expect((await post(graph.url, ['1', '2'])).body).toEqual({
      data: { items: [{ price: '1 EUR' }, { price: '2 EUR' }] },
    });
    expect(resolved.splice(0)).toEqual(['items 1,2', 'price 1', 'price 2']);
    expect((await post(graph.url, ['1', '2'])).body.data?.items).toHaveLength(2);
    expect(resolved.splice(0)).toEqual([]);
    expect((await post(graph.url, ['3', '2', '4', '1'])).body).toEqual({
      data: { items: ['3', '2', '4', '1'].map((id) => ({ price: `${id} EUR` })) },
    });
    expect(resolved.splice(0)).toEqual(['items 3,2,4,1', 'price 3', 'price 4']);
    expect((await post(graph.url, ['1'], {}, { c: 'USD' })).body.data?.items).toEqual([{ price: '1 USD' }]);
    expect(resolved.splice(0)).toEqual(['items 1', 'price 1']);
  });

  it('lets go of answers when their time is over, and tells clients the time that is left', async () => {
    const resolved: string[] = [];
    await using graph = await startEdgeGraph(CONFIG, catalogue('max-age=60, public', resolved));
    const first = await post(graph.url, ['1']);
    expect(first.headers.get('cache-control')).toBe('max-age=60, public');
    expect(first.headers.get('age')).toBeNull();
    const { now } = Date;
    try {
      Date.now = () => now() + 20_000;
      const second = await post(graph.url, ['1']);
      expect(second.headers.get('age')).toBe('20');
      expect(second.headers.get('cache-control')).toMatch(/^max-age=(59|60), public$/);
      expect(resolved.splice(0)).toHaveLength(2);
      Date.now = () => now() + 61_000;
      await post(graph.url, ['1']);
      expect(resolved.splice(0)).toHaveLength(2);
    } finally {
      Date.now = now;
    }
  });

  it('keeps nothing that failed, and errors stay at their places beside what was kept', async () => {
    const resolved: string[] = [];
    await using graph = await startEdgeGraph(
      `${CONFIG}include_subgraph_errors: { all: true }\n`,
      catalogue('max-age=60, public', resolved),
    );
    await post(graph.url, ['1']);
    resolved.length = 0;
    for (let time = 0; time < 2; time += 1) {
      const { body, headers } = await post(graph.url, ['1', 'broken']);
      expect(body.data).toEqual({ items: [{ price: '1 EUR' }, { price: null }] });
      expect(body.errors).toEqual([expect.objectContaining({ message: 'Broken.', path: ['items', 1, 'price'] })]);
      expect(headers.get('cache-control')).toBe('no-store');
    }
    expect(resolved.filter((what) => what.startsWith('price'))).toEqual(['price broken', 'price broken']);
  });

  it('shares with other viewers only what a subgraph calls public', async () => {
    const askAll = async (cacheControl: string | undefined) => {
      const resolved: string[] = [];
      await using graph = await startEdgeGraph(CONFIG, catalogue(cacheControl, resolved), { hooks: believeHeaders });
      const told = [];
      for (const headers of [ann, ann, bob, {}, {}, ann]) {
        const before = resolved.length;
        const answer = await post(graph.url, ['1'], headers);
        told.push([resolved.length > before ? 'asked' : 'kept', answer.headers.get('cache-control')]);
      }
      return told;
    };
    const secret = ['max-age=60, private', 'max-age=60, private'];
    expect(await askAll('max-age=60, public')).toEqual([
      ['asked', secret[0]],
      ['kept', expect.stringMatching(/private$/)],
      ['kept', expect.stringMatching(/private$/)],
      ['kept', expect.stringMatching(/public$/)],
      ['kept', expect.stringMatching(/public$/)],
      ['kept', expect.stringMatching(/private$/)],
    ]);
    const isKept = async (cacheControl: string | undefined) => (await askAll(cacheControl)).map(([how]) => how);
    // Ann, Ann, Bob, nobody, nobody, Ann.
    expect(await isKept('max-age=60')).toEqual(['asked', 'kept', 'asked', 'asked', 'kept', 'kept']);
    expect(await isKept('max-age=60, private')).toEqual(['asked', 'kept', 'asked', 'asked', 'asked', 'kept']);
    for (const nothing of [undefined, 'no-store', 'max-age=0', 'no-cache, max-age=60', 'public']) {
      expect(new Set(await isKept(nothing))).toEqual(new Set(['asked']));
    }
  });

  it('follows the settings of a subgraph, and does nothing unless it is on', async () => {
    const resolved: string[] = [];
    await using some = await startEdgeGraph(
      'preview_entity_cache: { enabled: true, subgraph: { all: { ttl: 30s }, subgraphs: { lists: { enabled: false } } } }\n',
      catalogue('public', resolved),
    );
    for (let time = 0; time < 2; time += 1) {
      expect((await post(some.url, ['1'])).headers.get('cache-control')).toBe('no-store');
    }
    expect(resolved.splice(0)).toEqual(['items 1', 'price 1', 'items 1']);
    await using none = await startEdgeGraph('{}', catalogue('max-age=60, public', resolved));
    for (let time = 0; time < 2; time += 1) {
      expect((await post(none.url, ['1'])).headers.get('cache-control')).toBeNull();
    }
    expect(resolved).toHaveLength(4);
  });

  it('tells apart viewers by the claim that is named, and keeps nothing private without it', async () => {
    const resolved: string[] = [];
    await using graph = await startEdgeGraph(
      'response_cache: { enabled: true, subgraph: { all: { private_id: policies } } }\n',
      catalogue('max-age=60, private', resolved),
      { hooks: believeHeaders },
    );
    const of = async (headers: Record<string, string>) => {
      await post(graph.url, ['1'], headers);
      return resolved.splice(0).length;
    };
    const team = { 'x-test-policies': 'red' };
    expect([await of({ ...ann, ...team }), await of({ ...bob, ...team }), await of(team), await of(team)]).toEqual([
      2, 0, 2, 2,
    ]);
  });
});

describe('Cache policies of subgraphs', () => {
  it.each([
    ['max-age=60', {}, false, 60_000, 'public'],
    ['max-age=60', {}, true, 60_000, 'private'],
    ['MAX-AGE=60, Public', {}, true, 60_000, 'public'],
    ['s-maxage=10, max-age=60', {}, true, 10_000, 'public'],
    ['public, max-age="5"', { age: '3' }, true, 2_000, 'public'],
    ['public, max-age=5', { age: '6' }, true, 0, 'private'],
    ['public, max-age=5', { vary: '*' }, true, 0, 'private'],
    ['public, max-age=5', { vary: 'Accept, Authorization' }, true, 5_000, 'private'],
    ['public, max-age=5', { vary: 'Accept-Language' }, true, 5_000, 'public'],
    ['public, max-age=x', {}, true, 0, 'private'],
    ['public', {}, true, 7_000, 'public'],
    ['private="x", max-age=5', {}, false, 5_000, 'private'],
    [undefined, {}, false, 0, 'private'],
  ] as const)('%s with %j, identity %s: %d ms, %s', (cacheControl, headers, hasIdentity, ttlMs, scope) => {
    const read = readCachePolicy({ cacheControl, age: undefined, vary: undefined, ...headers }, hasIdentity, 7_000);
    expect(read).toEqual({ ttlMs, scope });
  });
});

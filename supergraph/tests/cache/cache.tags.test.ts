import * as fc from '@vibecode/platform/testing/property';
import { fillFormat } from '../../src/cache/cache.tags.ts';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { observeLog } from '../support/source.fixture.ts';
import type { TestSubgraph } from '../support/test.graph.ts';

const LINK = '@link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@cacheTag"])';

/** Subgraphs whose answers may be kept, and count how often they are asked. */
function accounts(asked: string[], extensions?: object): TestSubgraph[] {
  const intercept: TestSubgraph['intercept'] = (_request, response) => {
    response.setHeader('cache-control', 'max-age=60, public');
    if (!extensions) return false;
    const { end } = response;
    response.end = ((text: string) =>
      end.call(response, JSON.stringify({ ...JSON.parse(text), extensions }), 'utf8')) as never;
    return false;
  };
  const count = (what: string) => asked.push(what);
  return [
    {
      name: 'accounts',
      sdl: `extend schema ${LINK} type Query {
          user(id: ID!): User @cacheTag(format: "profile") @cacheTag(format: "user-arg-{$args.id}")
          users(by: By): [User!]! @cacheTag(format: "by-{$args.by.name}") }
        input By { name: String } type User @key(fields: "id") @cacheTag(format: "user-{$key.id}") { id: ID! name: String }`,
      resolvers: {
        Query: {
          user: (_: unknown, { id }: { id: string }) => {
            count(`user ${id}`);
            return { id, name: `name ${id}` };
          },
          users: () => {
            count('users');
            return ['1', '2'].map((id) => ({ id }));
          },
        },
      },
      intercept,
    },
    {
      name: 'posts',
      sdl: `extend schema ${LINK} type User @key(fields: "id") @cacheTag(format: "posts-{$key.id}") { id: ID! posts: [String!] }`,
      resolvers: {
        User: {
          posts: ({ id }: { id: string }) => {
            count(`posts ${id}`);
            return [`post of ${id}`];
          },
        },
      },
      intercept,
    },
  ];
}

const CONFIG = `response_cache:
  enabled: true
  invalidation: { path: /invalidation }
  cdn_invalidation: { enabled: true }
  subgraph:
    all: { invalidation: { enabled: true, shared_key: "all of it" } }
    subgraphs: { posts: { invalidation: { enabled: true, shared_key: "of posts" } } }
`;
const QUERY = '{ user(id: "1") { name posts } users(by: { name: "ann" }) { posts } }';

async function ask(url: string, query = QUERY) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  expect(((await response.json()) as { errors?: unknown }).errors).toBeUndefined();
  return response.headers;
}

async function invalidate(url: string, body: unknown, authorization?: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { count?: number; error?: string } };
}

describe('cache tags', () => {
  it.each([
    ['of a subgraph', [{ kind: 'subgraph', subgraph: 'accounts' }], 'all of it', 1, ['user 1', 'users']],
    ['of a type', [{ kind: 'type', subgraph: 'posts', type: 'User' }], 'of posts', 2, ['posts 1', 'posts 2']],
    [
      'by a tag',
      [{ kind: 'cache_tag', subgraphs: ['accounts'], cache_tag: 'profile' }],
      'all of it',
      1,
      ['user 1', 'users'],
    ],
    [
      'by a tag of arguments',
      [{ kind: 'cache_tag', subgraphs: ['accounts'], cache_tag: 'by-ann' }],
      'all of it',
      1,
      ['user 1', 'users'],
    ],
    [
      'by a tag of a key',
      [{ kind: 'cache_tag', subgraphs: ['posts'], cache_tag: 'posts-2' }],
      'of posts',
      1,
      ['posts 2'],
    ],
    [
      'by a tag that nothing has',
      [{ kind: 'cache_tag', subgraphs: ['posts'], cache_tag: 'posts-9' }],
      'of posts',
      0,
      [],
    ],
  ])('remove answers %s', async (_what, body, key, count, askedAgain) => {
    const asked: string[] = [];
    await using graph = await startEdgeGraph(CONFIG, accounts(asked));
    await ask(graph.url);
    await ask(graph.url);
    expect([...new Set(asked)].sort()).toEqual(['posts 1', 'posts 2', 'user 1', 'users']);
    asked.length = 0;
    expect(await invalidate(`${graph.gateway.url}/invalidation`, body, key)).toEqual({ status: 202, body: { count } });
    await ask(graph.url);
    expect([...new Set(asked)].sort()).toEqual(askedAgain);
  });

  it('are told to caches before the gateway, on a hit as well, the coarsest first', async () => {
    await using graph = await startEdgeGraph(CONFIG, accounts([]));
    for (const _ of ['miss', 'hit']) {
      const labels = (await ask(graph.url)).get('cache-tag')?.split(',') ?? [];
      expect(labels.slice(0, 2).sort()).toEqual(['subgraph-accounts', 'subgraph-posts']);
      expect(labels.slice(2, 4).sort()).toEqual(['type-accounts-Query', 'type-posts-User']);
      expect(labels.slice(4).sort()).toEqual(['by-ann', 'posts-1', 'posts-2', 'profile', 'user-arg-1']);
    }
  });

  it('fit into the header that a CDN takes', async () => {
    const cdn = 'cdn_invalidation: { enabled: true, header_name: Surrogate-Key, header_delimiter: " ", max_bytes: 40';
    const start = (more: string) =>
      startEdgeGraph(`response_cache: { enabled: true, ${cdn} ${more} } }\n`, accounts([]));
    await using short = await start('');
    const value = (await ask(short.url)).get('surrogate-key') ?? '';
    expect(value).toContain('subgraph-accounts subgraph-posts');
    expect(value.length).toBeLessThanOrEqual(40);
    await using none = await start(', experimental_drop_on_overflow: true');
    expect((await ask(none.url)).get('surrogate-key')).toBeNull();
  });

  it('come from the answer of a subgraph, too', async () => {
    const asked: string[] = [];
    await using graph = await startEdgeGraph(CONFIG, accounts(asked, { apolloCacheTags: ['home'] }));
    await ask(graph.url, '{ user(id: "1") { name } }');
    const body = [{ kind: 'cache_tag', subgraphs: ['accounts'], cache_tag: 'home' }];
    expect((await invalidate(`${graph.gateway.url}/invalidation`, body, 'all of it')).body).toEqual({ count: 1 });
  });

  it('refuse who does not know the key, and what is no invalidation', async () => {
    await using graph = await startEdgeGraph(CONFIG, accounts([]));
    const url = `${graph.gateway.url}/invalidation`;
    const both = [
      { kind: 'subgraph', subgraph: 'accounts' },
      { kind: 'subgraph', subgraph: 'posts' },
    ];
    await ask(graph.url);
    for (const key of [undefined, '', 'all of it', 'of posts'])
      expect((await invalidate(url, both, key)).status).toBe(401);
    for (const body of ['{', '{}', '[]', '[{"kind":"entity"}]', '[{"kind":"type","subgraph":"posts"}]']) {
      expect([body, (await invalidate(url, body, 'of posts')).status]).toEqual([body, 400]);
    }
    expect((await fetch(url)).status).toBe(405);
    await using off = await startEdgeGraph('response_cache: { enabled: true, invalidation: {} }\n', accounts([]));
    expect((await invalidate(`${off.gateway.url}/invalidation`, both, 'all of it')).status).toBe(401);
  });

  it('are taken at an address of its own, and leave Cache-Control out where that is asked', async () => {
    const { log } = observeLog();
    const config = CONFIG.replace('path: /invalidation', 'listen: "127.0.0.1:0", path: /purge').replace(
      'enabled: true\n',
      'enabled: true\n  include_cache_control_header_on_router_response: false\n',
    );
    await using graph = await startEdgeGraph(config, accounts([]), { log });
    expect((await ask(graph.url)).get('cache-control')).toBeNull();
    const url = graph.gateway.invalidationUrl;
    const body = [{ kind: 'subgraph', subgraph: 'accounts' }];
    expect((await invalidate(`${url}/purge`, body, 'all of it')).body).toEqual({ count: 1 });
    expect((await fetch(`${url}/other`)).status).toBe(404);
    expect((await fetch(`${graph.gateway.url}/purge`, { method: 'POST' })).status).toBe(404);
  });

  it('are filled in by scalars only', () => {
    const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'abc_') });
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), scalar, (path, value) => {
        const values = path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value) as Record<
          string,
          unknown
        >;
        expect(fillFormat(`a-{$key.${path.join('.')}}-b`, 'key', values)).toBe(`a-${value}-b`);
        expect(fillFormat(`{$args.${path.join('.')}}`, 'key', values)).toBeNull();
        expect(fillFormat(`{$key.${path.join('.')}.more}`, 'key', values)).toBeNull();
      }),
    );
    expect(fillFormat('{$key.a}', 'key', { a: { b: 1 } })).toBeNull();
    expect(fillFormat('{$key.constructor}', 'key', {})).toBeNull();
  });
});

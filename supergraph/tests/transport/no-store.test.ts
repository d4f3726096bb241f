import { startRawGraph } from '../support/raw.subgraph.ts';
import { FEDERATION } from '../support/test.graph.ts';

const HASH = 'f'.repeat(64);
const NOT_FOUND = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: HASH } });

describe('an answer to GET that has errors', () => {
  it.each([
    ['a persisted query that is not known', { extensions: NOT_FOUND }],
    ['a text that is not GraphQL', { query: '{' }],
    ['a field that does not exist', { query: '{ nothing }' }],
    ['no query', {}],
    ['variables that are not JSON', { query: '{ hi }', variables: '{' }],
    ['a subgraph that fails', { query: '{ broken }' }],
    ['a mutation', { query: 'mutation { change }' }],
  ])('is not kept by caches: %s', async (_name, parameters) => {
    await using graph = await startHello();
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await fetch(`${graph.url}?${new URLSearchParams(parameters as Record<string, string>)}`, {
        headers: { accept, 'apollo-require-preflight': '1' },
      });
      expect(((await response.json()) as { errors: unknown[] }).errors).toHaveLength(1);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('is not kept when it is refused before GraphQL', async () => {
    await using graph = await startHello();
    const nowhere = await fetch(graph.url.replace('/graphql', '/nowhere'));
    const unacceptable = await fetch(`${graph.url}?query={hi}`, { headers: { accept: 'image/png' } });
    expect([nowhere.status, unacceptable.status]).toEqual([404, 406]);
    for (const { headers } of [nowhere, unacceptable]) expect(headers.get('cache-control')).toBe('no-store');
  });

  it('leaves answers without errors as they are', async () => {
    await using graph = await startHello();
    const response = await fetch(`${graph.url}?query={hi}`, { headers: { 'apollo-require-preflight': '1' } });
    expect([await response.json(), response.headers.get('cache-control')]).toEqual([{ data: { hi: 'hi' } }, null]);
  });
});

function startHello() {
  return startRawGraph({
    hello: {
      sdl: `${FEDERATION} type Query { hi: String broken: String } type Mutation { change: String }`,
      answer: (body) =>
        body.includes('broken') ? '{"data":null,"errors":[{"message":"no"}]}' : '{"data":{"hi":"hi"}}',
    },
  });
}

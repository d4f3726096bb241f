import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { startEdgeGraph } from './edge.fixture.ts';

/** Answers what headers came. */
const echo: TestSubgraph = {
  name: 'a',
  sdl: `${FEDERATION} type Query { h(n: String!): String }`,
  resolvers: { Query: { h: () => 'x' } },
};

const request = {
  operationName: 'MyOp',
  query: 'query MyOp($n: String!) { h(n: $n) }',
  variables: { n: 'value of n' },
  extensions: { meta: [{ app: 'app1', 'with.dot': 7 }] },
};

async function headersFor(rules: readonly string[], client: Record<string, string> = {}) {
  const lines = rules.map((rule) => `        - insert: ${rule}\n`).join('');
  await using graph = await startEdgeGraph(`headers:\n  all:\n    request:\n${lines}`, [echo]);
  const answer = await fetch(graph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...client },
    body: JSON.stringify(request),
  });
  expect(await answer.json()).toEqual({ data: { h: 'x' } });
  return graph.requests[0]?.headers ?? {};
}

describe('headers inserted from the body of the request', () => {
  it.each([
    ['.operationName', 'MyOp'],
    ['$.operationName', 'MyOp'],
    ['.variables.n', 'value of n'],
    ['$.variables.n', 'value of n'],
    ["$['variables']['n']", 'value of n'],
    ['.extensions.meta[0].app', 'app1'],
    ['$.extensions.meta[0].app', 'app1'],
    ['$.extensions.meta[-1]["with.dot"]', '7'],
    ['$.extensions.meta[*].app', '["app1"]'],
    ['$.extensions.meta[0]', '{"app":"app1","with.dot":7}'],
  ])('%s', async (path, expected) => {
    const headers = await headersFor([`{ name: x-found, path: '${path.replaceAll("'", "''")}' }`]);
    expect(headers['x-found']).toBe(expected);
  });

  it('have the default, or are left out, where there is nothing', async () => {
    const headers = await headersFor([
      '{ name: x-none, path: $.variables.other }',
      '{ name: x-default, path: $.variables.other, default: UNKNOWN }',
      '{ name: x-list, path: "$.extensions.meta[4].app", default: none }',
      '{ name: x-proto, path: $.variables.constructor, default: own }',
    ]);
    expect(headers['x-none']).toBeUndefined();
    expect(headers).toMatchObject({ 'x-default': 'UNKNOWN', 'x-list': 'none', 'x-proto': 'own' });
  });

  it('come from the context of the request, too', async () => {
    const headers = await headersFor(
      [
        '{ name: x-client, from_context: "apollo::telemetry::client_name" }',
        '{ name: x-kind, from_context: "apollo::supergraph::operation_kind" }',
        '{ name: x-op, from_context: operation_name }',
        '{ name: x-own, from_context: mine, default: none }',
      ],
      { 'apollographql-client-name': 'web' },
    );
    expect(headers).toMatchObject({ 'x-client': 'web', 'x-kind': 'query', 'x-op': 'MyOp', 'x-own': 'none' });
  });
});

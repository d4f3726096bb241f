import { buildSubgraphSchema } from '@apollo/subgraph';
import { startSubgraph } from '@vibecode/platform/subgraph';
import { startTestInfrastructure } from '@vibecode/platform/testing/infrastructure';
import { parse } from 'graphql';

async function start() {
  const infrastructure = await startTestInfrastructure('user', { databaseUrl: 'postgres://unused' });
  const schema = buildSubgraphSchema([
    {
      typeDefs: parse(`
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
        type Query { me: User }
        type User @key(fields: "id") { id: ID! name: String }`),
      resolvers: { Query: { me: async () => ({ id: '1', name: 'Ada' }) } },
    },
  ]);
  const subgraph = await startSubgraph({ infrastructure, schema, context: (operation) => operation });
  return {
    query: async (headers: Record<string, string> = {}) => {
      const response = await fetch(`${subgraph.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"query":"{ me { name } }"}',
      });
      return (await response.json()) as { data: unknown; extensions?: { ftv1?: string } };
    },
    metrics: async () => (await fetch(`${subgraph.url}/metrics`)).text(),
    async [Symbol.asyncDispose]() {
      await subgraph[Symbol.asyncDispose]();
      await infrastructure[Symbol.asyncDispose]();
    },
  };
}

describe('a subgraph', () => {
  it('measures its requests and the fields that it works out', async () => {
    await using test = await start();
    await test.query();
    const text = await test.metrics();
    expect(text).toContain(
      'http_server_request_duration_seconds_count{service="user",http_route="/graphql",http_request_method="POST",http_response_status_code="200"} 1',
    );
    expect(text).toContain('graphql_field_duration_seconds_count{service="user",field="Query.me"} 1');
    expect(text).not.toContain('field="User.name"');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('tells the gateway how long each field took, when asked', async () => {
    await using test = await start();
    expect((await test.query()).extensions).toBeUndefined();
    const { extensions } = await test.query({ 'apollo-federation-include-trace': 'ftv1' });
    expect(extensions?.ftv1).toEqual(expect.any(String));
  });
});

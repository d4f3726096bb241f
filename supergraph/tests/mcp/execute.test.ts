import { callOf, mcpConfig, messageOf, startMcp } from './mcp.fixture.ts';

const on = 'validate: { enabled: true }, execute: { enabled: true }';
const config = mcpConfig(`  introspection: { ${on} }`);

describe('operations of models', () => {
  it.each(['execute', 'validate'])('count for the rate limit before they are parsed: %s', async (name) => {
    await using graph = await startMcp(`${config}\nrate_limit: { capacity: 2, interval: 60s }`);
    const codes: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { result } = await messageOf(await graph.post(callOf(name, { operation: '{ nothing }' })));
      codes.push(result?.structuredContent.errors[0].extensions.code);
    }
    expect(codes).toEqual(['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'RATE_LIMITED']);
  });

  it.each(['execute', 'validate'])(
    'are not told of the schema without a viewer that the graph needs: %s',
    async (name) => {
      await using graph = await startMcp(`${config}\nauthorization: { require_authentication: true }`);
      const { result } = await messageOf(await graph.post(callOf(name, { operation: '{ nothing }' })));
      expect(result.structuredContent).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    },
  );
});

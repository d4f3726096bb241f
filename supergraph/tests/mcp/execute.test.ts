import { startCoprocessor } from '../support/test.coprocessor.ts';
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

  it.each(['execute', 'validate'])('pass a coprocessor, and are seen by telemetry: %s', async (name) => {
    await using coprocessor = await startCoprocessor({
      ['SupergraphRequest' as const]: ({ body }: { body?: unknown }) =>
        JSON.stringify(body).includes('secret')
          ? { control: { break: 403 }, body: { errors: [{ message: 'Not you.' }] } }
          : {},
    });
    const stages =
      'router: { request: { body: true } }, supergraph: { request: { body: true }, response: { body: true } }';
    const logging = 'telemetry: { exporters: { logging: { stdout: { enabled: true } } } }';
    await using graph = await startMcp(`${config}\ncoprocessor: { url: "${coprocessor.url}", ${stages} }\n${logging}`);
    const run = async (operation: string) => (await messageOf(await graph.post(callOf(name, { operation })))).result;
    expect(await run('query Mine { number }')).not.toHaveProperty('isError');
    const line = JSON.parse(await graph.log.until('operation.answered'));
    expect(line).toMatchObject({ operationName: 'Mine', transport: 'mcp' });
    expect(coprocessor.at('RouterRequest')).toHaveLength(1);
    expect(coprocessor.at('SupergraphRequest')).toHaveLength(1);
    expect(coprocessor.at('SupergraphResponse')).toHaveLength(1);
    expect(await run('{ secret }')).toMatchObject({
      isError: true,
      structuredContent: { errors: [{ message: 'Not you.' }] },
    });
  });
});

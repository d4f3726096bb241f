import { callOf, mcpConfig, messageOf, startMcp } from './mcp.fixture.ts';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const on = ['introspect', 'search', 'validate', 'execute'].map((name) => `${name}: { enabled: true }`).join(', ');
const config = mcpConfig(`  introspection: { ${on} }`).replace(
  '  tools:\n',
  '  tools:\n    execute: { scopes: [admin] }\n    search: { enabled: false }\n    introspect: { title: Read the schema, description: Reads. }\n',
);

describe("rules for the gateway's own tools", () => {
  it('hold, and are not reported as rules for nothing', async () => {
    await using graph = await startMcp(config);
    const toolsOf = async (headers: Record<string, string>) =>
      (await messageOf(await graph.post(list, headers))).result.tools as { name: string; title?: string }[];
    const namesOf = async (scopes: string) =>
      (await toolsOf({ 'x-test-user': 'ada', 'x-test-scopes': scopes })).map(({ name }) => name);
    expect((await namesOf('')).slice(-2)).toEqual(['introspect', 'validate']);
    expect((await namesOf('admin')).slice(-3)).toEqual(['introspect', 'validate', 'execute']);
    const call = callOf('execute', { operation: '{ number }' });
    expect((await graph.post(call)).status).toBe(403);
    expect((await graph.post(call, { 'x-test-user': 'ada', 'x-test-scopes': 'admin' })).status).toBe(200);
    expect((await messageOf(await graph.post(callOf('search', { terms: ['a'] })))).error?.message).toContain('Unknown');
    expect((await toolsOf({})).find(({ name }) => name === 'introspect')).toMatchObject({
      title: 'Read the schema',
      description: 'Reads.',
    });
    expect(graph.log.lines.filter((line) => line.includes('mcp.tool.refused'))).toEqual([]);
  });

  it('stay with an operation that has the name of one', async () => {
    const files = { 'tools/a.graphql': 'query search { number }\nquery execute { number }' };
    await using graph = await startMcp(config.replace('search: { enabled: true }, ', ''), {}, files);
    expect((await graph.post(callOf('execute', { operation: '{ number }' }))).status).toBe(403);
    expect((await messageOf(await graph.post(callOf('search')))).error?.message).toContain('Unknown');
  });
});

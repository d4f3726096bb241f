import { callOf, type McpGraph, mcpConfig, startMcp } from './mcp.fixture.ts';

const ada = { 'x-test-user': 'ada', 'mcp-session-id': 's' };

/** Follows a subscription until its first event. */
async function follow(graph: McpGraph, args: object, headers: Record<string, string> = ada): Promise<void> {
  const answer = await graph.post(callOf('follow_forever', args, 5, { progressToken: 1 }), headers);
  await answer.body!.getReader().read();
}

const cancel = (graph: McpGraph, headers: Record<string, string> = ada) =>
  graph.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5 } }, headers);

describe('what undoes a cancelled call', () => {
  it('does not run for a client without its scopes', async () => {
    await using graph = await startMcp(
      mcpConfig().replace('  tools:\n', '  tools:\n    cancel_job: { scopes: [write] }\n'),
    );
    await follow(graph, { id: '1' });
    await cancel(graph);
    expect(await graph.log.until('mcp.undo.refused')).toContain('write');
    const writer = { ...ada, 'x-test-scopes': 'write' };
    await follow(graph, { id: '2' }, writer);
    await cancel(graph, writer);
    await graph.jobs.until(() => graph.jobs.cancelled.includes('2'));
    expect(graph.jobs.cancelled).toEqual(['2']);
  });

  it('gets the variables that were generated for the call', async () => {
    await using graph = await startMcp(mcpConfig().replace('follow_forever: {', 'follow_forever: { generate: [id],'));
    await follow(graph, {});
    await cancel(graph);
    await graph.jobs.until(() => graph.jobs.cancelled.length > 0);
    expect(graph.jobs.cancelled).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it('is the operation in force, though the call began before a reload', async () => {
    await using graph = await startMcp();
    await follow(graph, { id: '1' });
    await graph.write(
      'other/a.graphql',
      'mutation cancel_job($id: ID!) { by: cancelJob(id: "new") cancelJob(id: $id) }',
    );
    await graph.write('router-config.yaml', mcpConfig().replace('operations: [tools]', 'operations: [other]'));
    await graph.log.until('config.reloaded');
    await cancel(graph);
    await graph.jobs.until(() => graph.jobs.cancelled.includes('1'));
    expect(graph.jobs.cancelled).toEqual(['new', '1']);
  });

  it('is missed in the log where a reload has taken it away', async () => {
    await using graph = await startMcp();
    await follow(graph, { id: '1' });
    await graph.write('router-config.yaml', mcpConfig().replace('operations: [tools]', 'operations: []'));
    await graph.log.until('config.reloaded');
    await cancel(graph);
    expect(await graph.log.until('mcp.undo.failed')).toContain('cancel_job');
    expect(graph.jobs.cancelled).toEqual([]);
  });
});

describe('a call of a client without an identity and a session', () => {
  it('is not cancelled by a message, which may be anybody behind the same address', async () => {
    await using graph = await startMcp(mcpConfig());
    await follow(graph, { id: '1' }, {});
    expect((await cancel(graph, {})).status).toBe(202);
    expect((await cancel(graph, ada)).status).toBe(202);
    expect(graph.jobs.open).toBe(1);
    // With a session it is its own client.
    await follow(graph, { id: '2' }, { 'mcp-session-id': 's' });
    await cancel(graph, { 'mcp-session-id': 's' });
    await graph.jobs.until(() => graph.jobs.cancelled.includes('2'));
    expect(graph.jobs.cancelled).toEqual(['2']);
  });
});

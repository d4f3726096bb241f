import { callOf, mcpConfig, messageOf, startMcp } from './mcp.fixture.ts';

describe.each(['modern', 'legacy'] as const)('the official client, %s', (mode) => {
  it('lists operations as tools, and calls them', async () => {
    await using graph = await startMcp();
    await using client = await graph.connect({}, mode);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'find_job',
      'list_jobs',
      'read_secret',
      'read_held',
      'read_big',
      'add_job',
      'cancel_job',
      'follow_job',
      'follow_forever',
      'follow_flood',
    ]);
    expect(tools[0]).toMatchObject({
      description: 'Finds one job.',
      inputSchema: { properties: { id: { type: 'string', description: 'Number of the job.' } }, required: ['id'] },
      annotations: { readOnlyHint: true },
    });
    expect(tools[5]).toMatchObject({ title: 'Add a job', annotations: { readOnlyHint: false } });
    const found = await client.callTool({ name: 'find_job', arguments: { id: '4' } });
    expect(found.structuredContent).toEqual({ data: { job: { id: '4', text: 'job 4' } } });
    expect(found.content).toEqual([{ type: 'text', text: '{"data":{"job":{"id":"4","text":"job 4"}}}' }]);
    expect(found.isError).toBeUndefined();
    await client.callTool({ name: 'add_job', arguments: { text: 'a' } });
    await client.callTool({ name: 'add_job', arguments: { text: 'a', key: 'mine' } });
    expect(graph.jobs.keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), 'mine']);
  });

  it('follows a subscription by progress, and gets its last event', async () => {
    await using graph = await startMcp();
    await using client = await graph.connect({}, mode);
    const seen: unknown[] = [];
    const onprogress = (progress: unknown) => void seen.push(progress);
    const result = await client.callTool({ name: 'follow_job', arguments: { id: '1' } }, { onprogress });
    expect(seen).toMatchObject([1, 2, 3].map((at) => ({ progress: at, message: `step ${at}` })));
    expect(result.structuredContent).toEqual({ data: { ran: { at: 3, text: 'step 3' } }, events: 3, complete: true });
    const silent = await client.callTool({ name: 'follow_job', arguments: { id: '1' } });
    expect(silent.structuredContent).toMatchObject({ events: 3 });
  });

  it('is seen by telemetry as one that came by MCP', async () => {
    await using graph = await startMcp(
      `${mcpConfig()}\ntelemetry: { exporters: { logging: { stdout: { enabled: true } } } }`,
    );
    await using client = await graph.connect({ 'apollographql-client-name': 'agents' }, mode);
    await client.callTool({ name: 'find_job', arguments: { id: '4' } });
    const line = JSON.parse(await graph.log.until('operation.answered'));
    expect(line).toMatchObject({ operationName: 'find_job', transport: 'mcp', clientName: 'agents', status: 200 });
  });

  it('cancels a call: the subscription ends, and what the rules name runs', async () => {
    await using graph = await startMcp();
    await using client = await graph.connect({}, mode);
    const abort = new AbortController();
    const call = client.callTool(
      { name: 'follow_forever', arguments: { id: '9' } },
      { signal: abort.signal, onprogress: () => abort.abort('enough') },
    );
    await expect(call).rejects.toThrow();
    await graph.jobs.until(() => graph.jobs.cancelled.length > 0 && graph.jobs.open === 0);
    expect(graph.jobs.cancelled).toEqual(['9']);
  });

  it('tells a model what was wrong', async () => {
    await using graph = await startMcp();
    await using client = await graph.connect({}, mode);
    const call = async (name: string, args: Record<string, unknown>) => {
      const { isError, structuredContent } = await client.callTool({ name, arguments: args });
      const { errors } = structuredContent as { errors?: { message: string; extensions: { code: string } }[] };
      return { isError, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
    };
    expect(await call('find_job', {})).toMatchObject({ isError: true, code: 'BAD_USER_INPUT' });
    expect(await call('find_job', { id: { a: 1 } })).toMatchObject({ isError: true, code: 'BAD_USER_INPUT' });
    expect(await call('list_jobs', { filter: { state: 'NO' } })).toMatchObject({
      isError: true,
      code: 'BAD_USER_INPUT',
    });
    expect(await call('find_job', { id: '1', extra: 1, more: 2 })).toMatchObject({
      isError: true,
      message: "There is no argument 'extra'; expected id.",
    });
    expect(await call('find_job', { id: 'gone' })).toMatchObject({ isError: true, message: 'There is no such job.' });
    expect(await call('read_secret', {})).toMatchObject({ isError: true, code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
    expect(await call('read_big', { bytes: 1_100_000 })).toMatchObject({ isError: true, code: 'RESULT_TOO_LARGE' });
    await expect(client.callTool({ name: 'nothing', arguments: {} })).rejects.toThrow('Unknown tool: nothing');
  });
});

describe('the tools', () => {
  it('that do not fit are reported and left out, at start and with each supergraph', async () => {
    const files = {
      'tools/..2026/a.graphql': 'query hidden { jobs { id } }',
      'tools/a.graphql': 'query find_job { job(id: 1) { id } }\nquery priced { job(id: 1) { price } }',
      'tools/below/b.graphql': 'query find_job { jobs { id } }',
      'tools/c.graphql': 'query {',
      'tools/notes.txt': 'no operation',
    };
    await using graph = await startMcp(mcpConfig('  introspection: { search: { enabled: true } }'), {}, files);
    const names = async () => {
      const { result } = await messageOf(await graph.post({ jsonrpc: '2.0', id: 1, method: 'tools/list' }));
      return result.tools.map(({ name }: { name: string }) => name);
    };
    expect(await names()).toEqual(['find_job', 'search']);
    const refused = graph.log.lines.filter((line) => line.includes('mcp.tool.refused')).join();
    for (const text of [
      'priced: It does not fit the schema',
      'below/b.graphql: find_job: Another',
      'c.graphql: It is not',
    ])
      expect(refused).toContain(text);
    await graph.recompose('price: Int');
    await graph.log.until('supergraph.reloaded');
    expect(await names()).toEqual(['find_job', 'priced', 'search']);
    await graph.recompose();
    await graph.log.until('supergraph.reloaded', 2);
    expect(await names()).toEqual(['find_job', 'search']);
  });

  it('change with their files and the configuration, and clients that listen hear of it', async () => {
    await using graph = await startMcp();
    let changes = 0;
    const changed = Promise.withResolvers<void>();
    await using client = await graph.connect({}, 'modern', {
      listChanged: {
        tools: {
          onChanged: () => {
            changes += 1;
            changed.resolve();
          },
        },
      },
    } as never);
    await graph.write('tools/jobs.graphql', 'query only { jobs { id } }');
    await graph.log.until('mcp.tools.reloaded');
    await changed.promise;
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['only']);
    await graph.write('router-config.yaml', 'mcp: { path: /agents, require_authentication: false }');
    await graph.log.until('config.reloaded');
    expect((await graph.post(callOf('only'))).status).toBe(404);
    expect(changes).toBeGreaterThan(0);
  });

  it('are none that change something where the whole graph refuses that', async () => {
    await using graph = await startMcp(`${mcpConfig()}\nforbid_mutations: true`);
    const { result } = await messageOf(await graph.post({ jsonrpc: '2.0', id: 1, method: 'tools/list' }));
    const names = result.tools.map(({ name }: { name: string }) => name);
    expect(names).toContain('follow_job');
    expect(names).not.toContain('add_job');
  });

  it('are none that change something, unless that is allowed', async () => {
    const config = mcpConfig('  introspection: { execute: { enabled: true } }').replace('mutation_mode: explicit', '');
    await using graph = await startMcp(config);
    expect((await messageOf(await graph.post(callOf('add_job', { text: 'a' })))).error?.message).toContain(
      'Unknown tool',
    );
    const run = async (operation: string) =>
      (await messageOf(await graph.post(callOf('execute', { operation })))).result.structuredContent;
    expect(await run('mutation { cancelJob(id: 1) }')).toMatchObject({
      errors: [{ extensions: { code: 'MUTATION_FORBIDDEN' } }],
    });
    expect(await run('{ job(id: 1) { id } }')).toEqual({ data: { job: { id: '1' } } });
    expect(graph.jobs.cancelled).toEqual([]);
  });

  it('of the gateway itself describe the schema, find in it, check and run operations', async () => {
    const on = ['introspect', 'search', 'validate', 'execute'].map((name) => `${name}: { enabled: true }`).join(', ');
    await using graph = await startMcp(mcpConfig(`  introspection: { ${on} }`).replace('explicit', 'all'));
    await using client = await graph.connect();
    const call = async (name: string, args: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: args })).structuredContent as never;
    expect(await call('introspect', { type: 'Job' })).toMatchObject({ sdl: expect.stringContaining('type Job {') });
    expect(await call('introspect', { depth: 9 })).toMatchObject({ sdl: expect.stringContaining('enum State {') });
    expect(await call('introspect', { type: 'Jub' })).toEqual({ error: "There is no type 'Jub'. Did you mean 'Job'?" });
    expect(await call('search', { terms: ['cancel', ''] })).toEqual({
      found: [{ name: 'Mutation.cancelJob', type: 'Boolean!' }],
    });
    expect(await call('validate', { operation: '{ nothing }' })).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    expect(await call('validate', { operation: '{ number }' })).toEqual({ valid: true, kind: 'query' });
    expect(await call('execute', { operation: 'mutation { cancelJob(id: 5) }' })).toEqual({
      data: { cancelJob: true },
    });
    expect(await call('execute', { operation: 'subscription { forever { at } }' })).toMatchObject({
      errors: [{ extensions: { code: 'SUBSCRIPTION_BAD_HEADER' } }],
    });
    expect(await call('execute', { operation: 7 })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
});

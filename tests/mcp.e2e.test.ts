import { type Agent, connectAgent, createKey } from './support/agent.ts';
import { signUp } from './support/client.ts';
import { createDataDirectory, startEmbeddedGraph } from './support/embedded-graph.ts';
import { startRealGraph } from './support/real-graph.ts';
import { startScriptedModel } from './support/scripted.model.ts';

const ALL = ['project:read', 'project:write', 'generation:read', 'generation:write', 'execution:run', 'usage:read'];

/** Follows what a tool started, and gathers what it shows meanwhile. */
async function follow({ client }: Agent, name: string, id: string) {
  const shown: string[] = [];
  const progress: number[] = [];
  const onprogress = (one: { progress: number; message?: string | undefined }) => {
    progress.push(one.progress);
    shown.push(one.message ?? '');
  };
  const { structuredContent } = await client.callTool({ name, arguments: { id } }, { onprogress, timeout: 60_000 });
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  return { shown, last: structuredContent as { data: Record<string, unknown>; complete: boolean } };
}

describe('an agent with an API key, at an embedded graph', () => {
  it('builds a project from nothing: writes, edits, reads, runs, generates, follows, and sees what came of it', async () => {
    await using data = await createDataDirectory();
    await using graph = await startEmbeddedGraph({ dataDir: data.path, env: { SANDBOX: 'wasm' } });
    const ann = await signUp(graph.url, 'ann');
    const secret = await createKey(ann, ALL);
    await using agent = await connectAgent(graph.url, { authorization: `Bearer ${secret}` });

    const { tools } = await agent.client.listTools();
    for (const { name, description, inputSchema } of tools) {
      expect([name, description]).toEqual([name, expect.stringMatching(/\.$/)]);
      expect(inputSchema).toMatchObject({ type: 'object' });
    }
    expect((await agent.must('get_account')).me.displayName).toBe('ann');
    const { createProject: project } = await agent.must('create_project', { name: 'Sums', language: 'JavaScript' });
    const projectId: string = project.id;
    expect((await agent.must('list_projects')).me.projects.nodes).toMatchObject([{ id: projectId, name: 'Sums' }]);

    const written = await agent.must('create_file', {
      projectId,
      baseVersion: project.head.number,
      path: 'main.js',
      content: 'console.log(20 + 2);\n',
    });
    const edited = await agent.must('edit_file', {
      projectId,
      baseVersion: written.applyChangeset.number,
      path: 'main.js',
      search: '20 + 2',
      replace: '40 + 2',
    });
    expect(edited.applyChangeset.changes).toMatchObject([
      { path: 'main.js', diff: expect.stringContaining('+console.log(40') },
    ]);
    expect((await agent.must('read_file', { projectId, path: 'main.js' })).project.file.content).toBe(
      'console.log(40 + 2);\n',
    );
    expect(
      await agent.refusal('edit_file', { projectId, baseVersion: 1, path: 'main.js', search: 'no', replace: 'x' }),
    ).toBeDefined();

    const { runProject: run } = await agent.must('run_project', { projectId, entrypoint: 'main.js' });
    const ran = await follow(agent, 'follow_run', run.id);
    expect(ran.shown.join('')).toContain('42');
    expect(ran.last.complete).toBe(true);
    expect((await agent.must('get_run', { id: run.id })).execution).toMatchObject({
      outcome: 'SUCCEEDED',
      stdout: '42\n',
    });

    const { startGeneration: generation } = await agent.must('start_generation', {
      projectId,
      prompt: 'A to-do list with a form, in React',
      model: 'blueprint',
    });
    const generated = await follow(agent, 'follow_generation', generation.id);
    expect(generated.last.data.generationEvents).toMatchObject({
      __typename: 'GenerationFinished',
      status: 'COMPLETED',
    });
    const { generation: receipt } = await agent.must('get_generation', { id: generation.id });
    expect(receipt.version.changes.length).toBeGreaterThan(0);
    const { files } = (await agent.must('list_files', { projectId })).project;
    const paths = files.nodes.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(['main.js', receipt.version.changes[0].path]));
    await agent.must('restore_version', { projectId, number: edited.applyChangeset.number });
    await agent.must('delete_file', { projectId, baseVersion: receipt.version.number + 1, path: 'main.js' });
    expect((await agent.must('list_files', { projectId })).project.files.nodes).toEqual([]);
  });

  it('may do what its key may, with the projects of its user, and cancels what it follows', async () => {
    await using data = await createDataDirectory();
    await using model = await startScriptedModel();
    await using graph = await startEmbeddedGraph({ dataDir: data.path, env: { SANDBOX: 'wasm', ...model.env } });
    const [ann, eve] = [await signUp(graph.url, 'ann'), await signUp(graph.url, 'eve')];
    await using agent = await connectAgent(graph.url, { 'x-api-key': await createKey(ann, ALL) });
    const { createProject: project } = await agent.must('create_project', { name: 'Secret' });

    await using stranger = await connectAgent(graph.url, { 'x-api-key': await createKey(eve, ALL) });
    expect(await stranger.refusal('get_project', { projectId: project.id })).toBe('NOT_FOUND');
    const change = { projectId: project.id, baseVersion: 0, path: 'a.txt', content: 'a' };
    expect(await stranger.refusal('create_file', change)).toBe('NOT_FOUND');

    await using reader = await connectAgent(graph.url, { 'x-api-key': await createKey(ann, ['project:read']) });
    const names = (await reader.client.listTools()).tools.map(({ name }) => name);
    expect(names.sort()).toEqual(['get_project', 'list_files', 'list_projects', 'read_file']);
    await expect(reader.client.callTool({ name: 'create_file', arguments: change })).rejects.toThrow();

    for (const headers of [
      {},
      { authorization: 'Bearer vck_wrong' },
      { 'x-api-key': 'vck_wrong' },
      { cookie: `vibecode_session=${ann.token}` },
    ]) {
      const refused = await fetch(`${graph.url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      });
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining(`resource_metadata="${graph.url}/.well-known/oauth-protected-resource/mcp"`),
      ]);
    }
    const metadata = await fetch(`${graph.url}/.well-known/oauth-protected-resource`);
    expect(await metadata.json()).toMatchObject({
      resource: `${graph.url}/mcp`,
      scopes_supported: expect.arrayContaining(ALL),
    });

    const started = { projectId: project.id, prompt: 'Something long', model: 'scripted' };
    const { startGeneration: generation } = await agent.must('start_generation', started);
    const answer = await model.nextAnswer();
    const abort = new AbortController();
    const following = agent.client.callTool(
      { name: 'follow_generation', arguments: { id: generation.id } },
      {
        signal: abort.signal,
        onprogress: ({ message }) => {
          if (message?.includes('hello')) abort.abort('enough');
        },
      },
    );
    answer.say('hello');
    await expect(following).rejects.toThrow();
    await answer.closed;
    expect((await follow(agent, 'follow_generation', generation.id)).last.data.generationEvents).toMatchObject({
      status: 'CANCELLED',
    });
  });
});

describe('an agent at seven processes and a gateway of two workers', () => {
  it('runs and follows, whichever worker takes a request', async () => {
    const env = { SANDBOX: 'wasm', GATEWAY_WORKERS: '2' };
    await using graph = await startRealGraph({ env, portOffset: 26_000 });
    const ann = await signUp(graph.url, 'ann');
    await using agent = await connectAgent(graph.url, { 'x-api-key': await createKey(ann, ALL) });
    const { createProject: project } = await agent.must('create_project', { name: 'Sums' });
    const file = { projectId: project.id, baseVersion: 0, path: 'main.js', content: 'console.log(42);' };
    await agent.must('create_file', file);
    const runs = await Promise.all(
      [1, 2, 3].map(() => agent.must('run_project', { projectId: project.id, entrypoint: 'main.js' })),
    );
    for (const { runProject: run } of runs) {
      expect((await follow(agent, 'follow_run', run.id)).shown.join('')).toContain('42');
      expect((await agent.must('get_run', { id: run.id })).execution).toMatchObject({ outcome: 'SUCCEEDED' });
    }
    // Seven processes that start on a broker without their topics take their time on a busy machine.
  }, 240_000);
});

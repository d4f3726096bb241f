import { newId } from '@vibecode/platform/id';
import type { ServiceClient } from '@vibecode/platform/service-call';
import { type SubgraphTest, startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startCodeExecutor } from '../src/main.ts';

let projectFiles: Record<string, string> = {};
const calls: ServiceClient = {
  call: async (_callee, _path, { body, result }) =>
    result.parse({
      ...(body as object),
      version: 3,
      versionId: newId(),
      language: null,
      files: Object.entries(projectFiles).map(([path, content]) => ({
        path,
        contentBase64: Buffer.from(content).toString('base64'),
      })),
    }),
};

interface Result {
  readonly outcome: string | null;
  readonly exitCode: number | null;
  readonly errorText: string;
}

describe('runs for other services', () => {
  let test: SubgraphTest;
  const ann = newId();

  beforeAll(async () => {
    test = await startSubgraphTest('code-executor', startCodeExecutor, { calls });
  });
  afterAll(() => test[Symbol.asyncDispose]());

  const post = (path: string, body: unknown, user = ann) => test.internal('ai-generation', path, body, user);

  async function start(files: Record<string, string>, changes: { path: string; content: string | null }[] = []) {
    projectFiles = files;
    return post('executions', { projectId: newId(), changes });
  }

  async function runToEnd(files: Record<string, string>, changes: { path: string; content: string | null }[] = []) {
    const { executionId } = (await start(files, changes)).body as { executionId: string };
    for (;;) {
      const { body } = await post('executions/wait', { executionId, waitMs: 5_000 });
      if ((body as Result).outcome !== null) return body as Result;
    }
  }

  it('tells how a run ended, and what it said of its failure', async () => {
    expect(await runToEnd({ 'index.js': 'console.log(1)' })).toMatchObject({ outcome: 'SUCCEEDED', exitCode: 0 });
    const failed = await runToEnd({ 'index.js': 'throw new Error("this is broken")' });
    expect(failed).toMatchObject({ outcome: 'FAILED', errorText: expect.stringContaining('this is broken') });
  });

  it('runs the project as changes leave it', async () => {
    const files = { 'index.js': "require('./broken.js')", 'broken.js': 'throw new Error("old")', 'other.py': 'x' };
    const changes = [
      { path: 'broken.js', content: "require('./new.js')" },
      { path: 'new.js', content: 'process.exit(0)' },
      { path: 'other.py', content: null },
    ];
    expect((await runToEnd(files)).outcome).toBe('FAILED');
    expect((await runToEnd(files, changes)).outcome).toBe('SUCCEEDED');
  });

  it('gives the end of a long error alone, and stdout where stderr says nothing', async () => {
    const long = await runToEnd({
      'index.js': 'console.error("x".repeat(200000)); console.error("the end"); process.exit(1)',
    });
    expect(long.errorText.length).toBeLessThanOrEqual(8_000);
    expect(long.errorText.trimEnd().endsWith('the end')).toBe(true);
    const quiet = await runToEnd({ 'index.js': 'console.log("1 test failed"); process.exit(3)' });
    expect(quiet).toMatchObject({ exitCode: 3, errorText: expect.stringContaining('1 test failed') });
  });

  it('says what cannot be run', async () => {
    expect((await start({ 'README.md': 'hello' })).body).toMatchObject({
      error: { code: 'EXECUTOR_ENTRYPOINT_UNKNOWN' },
    });
    expect((await start({})).body).toMatchObject({ error: { code: 'EXECUTOR_ENTRYPOINT_UNKNOWN' } });
    const outside = await start({ 'index.js': '1' }, [{ path: '../x', content: '' }]);
    expect(outside).toMatchObject({ status: 400, body: { error: { code: 'INVALID_INPUT' } } });
  });

  it('waits no longer than it is told, and can be cancelled', async () => {
    const { executionId } = (await start({ 'index.js': 'while (true);' })).body as { executionId: string };
    const { body } = await post('executions/wait', { executionId, waitMs: 50 });
    expect((body as Result).outcome).toBeNull();
    await post('executions/cancel', { executionId });
    let outcome: string | null = null;
    while (outcome === null) {
      ({ outcome } = (await post('executions/wait', { executionId, waitMs: 5_000 })).body as Result);
    }
    expect(outcome).toBe('CANCELLED');
  });

  it('are their user’s, and open to ai-generation alone', async () => {
    const { executionId } = (await start({ 'index.js': '1' })).body as { executionId: string };
    const other = await post('executions/wait', { executionId, waitMs: 0 }, newId());
    expect(other).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    const billing = await test.internal('billing', 'executions', { projectId: newId(), changes: [] }, ann);
    expect(billing.status).toBe(403);
  });
});

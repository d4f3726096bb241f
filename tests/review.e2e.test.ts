import { randomUUID } from 'node:crypto';
import { eventually, signUp } from './support/client.ts';
import { startRealGraph } from './support/real-graph.ts';
import { startScriptedModel } from './support/scripted.model.ts';

const START = 'mutation($input: StartGenerationInput!) { startGeneration(input: $input) { id } }';
const ACCEPT = 'mutation($id: ID!) { acceptGeneration(id: $id) { status version { number } } }';
const STATE = `query($id: ID!, $from: DateTime!, $to: DateTime!) {
  generation(id: $id) { status chargeable costCents leftAlone proposed { path operation before after diff } version { number } }
  me { quota { usedTokens heldTokens } usage(from: $from, to: $to) { generations } }
}`;

describe('a review over real services', () => {
  it('is settled when it is offered, accepted while project is away, and applied once though ai-generation is killed', async () => {
    await using model = await startScriptedModel();
    await using graph = await startRealGraph({ env: { SANDBOX: 'wasm', OLLAMA_URL: '', ...model.env } });
    const ann = await signUp(graph.url, 'ann');
    const { createProject } = await ann.must('mutation { createProject(input: { name: "Reviewed" }) { id } }');
    const projectId: string = createProject.id;
    const write = (baseVersion: number, path: string, content: string) =>
      ann.must('mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { number } }', {
        input: {
          ...{ projectId, baseVersion, message: 'by hand', idempotencyKey: randomUUID() },
          changes: [{ operation: 'WRITE', path, content }],
        },
      });
    await write(0, 'index.js', 'one\ntwo\nthree\n');
    await ann.must('mutation($id: ID!) { lockPaths(projectId: $id, paths: ["/docs/"]) { lockedPaths } }', {
      id: projectId,
    });

    const next = model.nextAnswer();
    const { startGeneration } = await ann.must(START, {
      input: { projectId, prompt: 'Change it', clientRequestId: randomUUID(), review: true },
    });
    const { id } = startGeneration;
    const day = 86_400_000;
    const [from, to] = [-day, day].map((ms) => new Date(Date.now() + ms).toISOString());
    const answer = await next;
    answer.say('<file path="index.js">\none\ntwo\nTHREE\n</file>\n<file path="docs/a.md">\n# A\n</file>\n');
    answer.end();
    const offered = await eventually(
      () => ann.must(STATE, { id, from, to }),
      ({ generation, me }) => generation.status === 'REVIEW' && me.quota.usedTokens > 0,
      60_000,
    );
    expect(offered).toMatchObject({
      generation: {
        chargeable: true,
        leftAlone: ['docs/a.md'],
        proposed: [{ path: 'index.js', operation: 'EDIT', before: 'one\ntwo\nthree\n', after: 'one\ntwo\nTHREE\n' }],
      },
      me: { quota: { heldTokens: 0 } },
    });
    await write(1, 'index.js', 'ONE\ntwo\nthree\n');

    // Project goes, the user accepts, and then the worker is killed in the middle of trying.
    await graph.processes.get('project')?.[Symbol.asyncDispose]();
    const accepting = ann.ask(ACCEPT, { id }).catch(() => null);
    await eventually(
      () => ann.must('query($id: ID!) { generation(id: $id) { status } }', { id }),
      ({ generation }) => generation.status === 'APPLYING',
    );
    const worker = graph.processes.get('ai-generation')!;
    worker.kill('SIGKILL');
    await worker.exited;
    await accepting;
    await Promise.all([graph.restart('ai-generation'), graph.restart('project')]);
    const done = await eventually(
      () => ann.ask(STATE, { id, from, to }),
      ({ data }) => data?.generation?.status === 'COMPLETED',
      90_000,
    );
    expect(done.data).toMatchObject({
      generation: { version: { number: 3 }, proposed: [], leftAlone: ['docs/a.md'] },
      me: { quota: { usedTokens: offered.me.quota.usedTokens, heldTokens: 0 }, usage: [{ generations: 1 }] },
    });
    expect(await ann.must(ACCEPT, { id })).toEqual({
      acceptGeneration: { status: 'COMPLETED', version: { number: 3 } },
    });
    const { project } = await ann.must(
      'query($id: ID!) { project(id: $id) { head { number } files { nodes { path content } } } }',
      { id: projectId },
    );
    expect(project).toEqual({
      head: { number: 3 },
      files: { nodes: [{ path: 'index.js', content: 'ONE\ntwo\nTHREE\n' }] },
    });
  }, 300_000);
});

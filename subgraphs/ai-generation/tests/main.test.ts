import { newId } from '@vibecode/platform/id';
import { startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startAiGeneration } from '../src/main.ts';
import { EVENTS, SCOPES, START } from './generation.fixture.ts';
import { Neighbours } from './neighbours.ts';

/** Nothing answers there. */
const env = { OLLAMA_URL: 'http://127.0.0.1:1', DEFAULT_MODEL: 'blueprint' };

describe('the service without any model', () => {
  it('makes a project from a blueprint, and says so', async () => {
    const neighbours = new Neighbours();
    await using test = await startSubgraphTest('ai-generation', startAiGeneration, { calls: neighbours, env });
    const userId = newId();
    const token = await test.sign({ scope: SCOPES, userId });
    const projectId = neighbours.createProject(userId, { language: 'javascript' });
    const input = {
      projectId,
      prompt: 'A JavaScript command-line program that prints a greeting',
      clientRequestId: newId(),
    };
    const started = await test.query(START, { input }, token);
    const { id } = started.data!.startGeneration as { id: string };
    const types: string[] = [];
    for await (const { data } of test.subscribe(EVENTS, { id }, token)) {
      types.push((data!.generationEvents as { __typename: string }).__typename);
    }
    expect(types.filter((type) => type === 'TokenDelta').length).toBeGreaterThan(1);
    const { data } = await test.query(
      'query($id: ID!) { generation(id: $id) { status model provider templates { template { language files { path } } } } }',
      { id },
      token,
    );
    expect(data!.generation).toMatchObject({ status: 'COMPLETED', model: 'blueprint', provider: 'blueprint' });
    const { templates } = data!.generation as {
      templates: { template: { language: string; files: { path: string }[] } }[];
    };
    expect(templates).toHaveLength(3);
    expect(templates[0]!.template.language).toBe('javascript');
    const written = neighbours.changesets
      .get(id)!
      .changes.map(({ path }) => path)
      .sort();
    expect(written).toEqual(templates[0]!.template.files.map(({ path }) => path).sort());
  });

  it.each([
    ['nothing that fits', 'javascript', {}, 'asdf', 'No blueprint fits'],
    ['another language', 'rust', {}, 'A program that prints a greeting', 'No blueprint fits'],
    [
      'files of its own',
      'javascript',
      { 'index.js': 'mine();\n', 'README.md': '# Mine\n' },
      'A JavaScript command-line program that prints a greeting',
      'never changes what is there',
    ],
  ])('leaves a project with %s as it is, and says why', async (_, language, files, prompt, words) => {
    const neighbours = new Neighbours();
    await using test = await startSubgraphTest('ai-generation', startAiGeneration, { calls: neighbours, env });
    const userId = newId();
    const token = await test.sign({ scope: SCOPES, userId });
    const projectId = neighbours.createProject(userId, { language, files });
    const started = await test.query(START, { input: { projectId, prompt, clientRequestId: newId() } }, token);
    const { id } = started.data!.startGeneration as { id: string };
    for await (const _event of test.subscribe(EVENTS, { id }, token));
    const { data } = await test.query(
      'query($id: ID!) { generation(id: $id) { status error { code message } } }',
      { id },
      token,
    );
    expect(data!.generation).toMatchObject({
      status: 'FAILED',
      error: { code: 'GENERATION_NOTHING_FITS', message: expect.stringContaining(words) },
    });
    expect(neighbours.projects.get(projectId)!.files).toEqual(files);
  });

  it('answers with no other model while the provider that was named is away', async () => {
    const neighbours = new Neighbours();
    const named = { OLLAMA_URL: 'http://127.0.0.1:1' };
    await using test = await startSubgraphTest('ai-generation', startAiGeneration, { calls: neighbours, env: named });
    const userId = newId();
    const token = await test.sign({ scope: SCOPES, userId });
    const projectId = neighbours.createProject(userId);
    const input = { projectId, prompt: 'A greeting', clientRequestId: newId() };
    const { errors } = await test.query(START, { input }, token);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE', provider: 'ollama' });
  });
});

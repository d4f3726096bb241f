import { createHash } from 'node:crypto';
import { newId } from '@vibecode/platform/id';
import { GREETING, startGenerationTest } from './generation.fixture.ts';

const GENERATION = `query($id: ID!) { generation(id: $id) { id status text model provider promptTokens completionTokens firstTokenAt
  finishedAt queuePosition contextPaths chargeable error { code message } templates { score template { id title files { path } } }
  version { id } project { id } user { id } parent { id } events(first: 3) { seq __typename } } }`;

describe('a generation', () => {
  it('runs from prompt to version, and is told alike live, later and stored', async () => {
    await using test = await startGenerationTest();
    const ann = await test.signUp();
    const { data } = await ann.start({ prompt: 'Print a greeting to the terminal' });
    const { id, status } = data.startGeneration;
    expect(status).toBe('QUEUED');

    const events = await ann.watch(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ __typename }) => __typename === 'StatusChanged').map((event) => event.status)).toEqual([
      'QUEUED',
      'RETRIEVING',
      'STREAMING',
      'APPLYING',
      'COMPLETED',
    ]);
    const text = GREETING.join('');
    expect(events.map((event) => event.text ?? '').join('')).toBe(text);
    const content = "console.log('hello');\n";
    expect(events.find(({ __typename }) => __typename === 'FileFinished')).toMatchObject({
      path: 'index.js',
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationFinished',
      status: 'COMPLETED',
      completionTokens: GREETING.length,
      generation: { id, text, status: 'COMPLETED' },
    });
    for (const after of [0, 3, events.length - 1, events.length, 1_000]) {
      expect(await ann.watch(id, after)).toEqual(events.slice(after));
    }

    const { generation } = (await ann.ask(GENERATION, { id })).data;
    expect(generation).toMatchObject({
      status: 'COMPLETED',
      text,
      model: 'scripted',
      provider: 'ollama',
      promptTokens: 100,
      completionTokens: GREETING.length,
      queuePosition: null,
      contextPaths: [],
      chargeable: true,
      error: null,
      version: { id },
      project: { id: ann.projectId },
      user: { id: ann.userId },
      parent: null,
      events: events.slice(0, 3).map(({ seq, __typename }) => ({ seq, __typename })),
    });
    expect(generation.templates).toHaveLength(3);
    expect(generation.templates[0].template.title).toBe('Command-line greeting');
    expect(test.neighbours.changesets.get(id)).toMatchObject({
      changes: [{ operation: 'WRITE', path: 'index.js', content, ifAbsent: true }],
      provenance: { model: 'scripted', provider: 'ollama', generationId: id },
    });
  });

  it('sends the request, the files of the project and templates to the model, and holds what it may take', async () => {
    await using test = await startGenerationTest();
    const ann = await test.signUp();
    test.neighbours.projects.get(ann.projectId)!.files['old.js'] = 'let old;\n';
    const { data } = await ann.start({ prompt: 'Print a greeting', maxTokens: 123 });
    await ann.watch(data.startGeneration.id);
    const [request] = test.ollama.requests;
    expect(request!.options.num_predict).toBe(123);
    const prompt = request!.messages[1]!.content;
    for (const part of ['Print a greeting', 'path="old.js">\nlet old;\n</file-', '## Command-line greeting']) {
      expect(prompt).toContain(part);
    }
    const { generation } = (await ann.ask(GENERATION, { id: data.startGeneration.id })).data;
    expect(generation.contextPaths).toEqual(['old.js']);
    const hold = test.neighbours.holds.get(data.startGeneration.id)!;
    expect(hold).toMatchObject({ userId: ann.userId, maxTokens: 123 });
    expect(hold.promptTokens).toBeLessThan(2_000);
  });

  it('shows the model the files that were chosen, before all others', async () => {
    await using test = await startGenerationTest(undefined, { env: { OLLAMA_CONTEXT_TOKENS: '4096' } });
    const ann = await test.signUp();
    const { files } = test.neighbours.projects.get(ann.projectId)!;
    for (let part = 0; part < 50; part += 1) files[`src/greeting${part}.js`] = `print('a greeting');\n`.repeat(40);
    files['lib/last.js'] = `${'let last;\n'.repeat(300)}`;
    const { data } = await ann.start({ prompt: 'Print a greeting', contextPaths: ['/lib/last.js', 'lib/last.js'] });
    const { id } = data.startGeneration;
    await ann.watch(id);
    const { generation } = (await ann.ask(GENERATION, { id })).data;
    expect(generation).toMatchObject({ status: 'COMPLETED', contextPaths: expect.arrayContaining(['lib/last.js']) });
    const hold = test.neighbours.holds.get(id)!;
    expect(hold.promptTokens).toBeGreaterThan(750);

    test.neighbours.projects.get(ann.projectId)!.files['lib/huge.js'] = 'x'.repeat(40_000);
    const refused = [];
    for (const contextPaths of [['lib/huge.js'], ['none.js'], ['../last.js'], [''], Array(51).fill('lib/last.js')])
      refused.push((await ann.start({ contextPaths })).errors[0].extensions);
    expect(refused).toMatchObject([
      { code: 'GENERATION_CONTEXT_EXCEEDED', contextTokens: 4_096 },
      ...Array(4).fill({ code: 'INVALID_INPUT', field: 'contextPaths' }),
    ]);
  });

  it('fails where a chosen file has grown while it waited', async () => {
    const gate = Promise.withResolvers<void>();
    await using test = await startGenerationTest(() => ['first', gate.promise], {
      env: { MODEL_CONCURRENCY: '1', OLLAMA_CONTEXT_TOKENS: '4096' },
    });
    const ann = await test.signUp();
    const { files } = test.neighbours.projects.get(ann.projectId)!;
    files['a.js'] = 'let a;\n';
    await ann.start();
    const { id } = (await ann.start({ contextPaths: ['a.js'] })).data.startGeneration;
    files['a.js'] = 'let a;\n'.repeat(5_000);
    gate.resolve();
    await ann.watch(id);
    expect((await ann.ask(GENERATION, { id })).data.generation).toMatchObject({
      status: 'FAILED',
      error: { code: 'GENERATION_CONTEXT_EXCEEDED' },
    });
  });

  it('knows what was asked before it in the same project, and what came of that', async () => {
    await using test = await startGenerationTest();
    const ann = await test.signUp();
    const start = async (input: Record<string, unknown>) => {
      const { id } = (await ann.start(input)).data.startGeneration;
      await ann.watch(id);
      return id;
    };
    const first = await start({ prompt: 'A greeting' });
    const second = await start({ prompt: 'Greet twice', parentId: first });
    await start({ prompt: 'In colour', parentId: second });
    await start({ prompt: 'Alone' });
    const [, , third, alone] = test.ollama.requests.map(({ messages }) => messages[1]!.content);
    expect(third).toContain(
      '- Asked: A greeting\n  Answered: I make a greeting. It changed index.js.\n- Asked: Greet twice\n',
    );
    expect(alone).not.toContain('Asked:');
  });

  it('answers the same clientRequestId with the same generation, also when asked at once', async () => {
    await using test = await startGenerationTest();
    const ann = await test.signUp();
    const clientRequestId = newId();
    const starts = await Promise.all(Array.from({ length: 8 }, () => ann.start({ clientRequestId })));
    const ids = new Set(starts.map(({ data }) => data.startGeneration.id));
    expect(ids.size).toBe(1);
    await ann.watch([...ids][0]!);
    const projectId = test.neighbours.createProject(ann.userId);
    for (const other of [{ prompt: 'Other' }, { projectId }]) {
      const { errors } = await ann.start({ clientRequestId, ...other });
      expect(errors[0].extensions).toMatchObject({ code: 'CONFLICT', field: 'clientRequestId' });
    }
    expect(test.neighbours.holds.size).toBe(1);
    expect(test.ollama.requests).toHaveLength(1);
  });

  it('tells other services how it ended, once', async () => {
    await using test = await startGenerationTest();
    const complete: unknown[] = [];
    const arrived = Promise.withResolvers<void>();
    await using _ = await test.infrastructure.bus.subscribe('test', ['generation.complete'], async (event) => {
      complete.push(event.data);
      arrived.resolve();
    });
    const ann = await test.signUp();
    const { data } = await ann.start();
    await ann.watch(data.startGeneration.id);
    await arrived.promise;
    expect(complete).toEqual([
      expect.objectContaining({
        generationId: data.startGeneration.id,
        userId: ann.userId,
        status: 'COMPLETED',
        chargeable: true,
        promptTokens: 100,
        completionTokens: GREETING.length,
        version: 1,
        errorCode: null,
      }),
    ]);
  });

  it.each([
    ['GENERATION_NO_FILES', ['I would rather talk.']],
    ['GENERATION_ANSWER_INVALID', ['<file path="../x">\n', 'evil\n</file>\n']],
  ])('fails with %s and charges nothing', async (code, answer) => {
    await using test = await startGenerationTest(() => answer);
    const arrived = Promise.withResolvers<unknown>();
    await using _ = await test.infrastructure.bus.subscribe('test', ['generation.complete'], async ({ data }) =>
      arrived.resolve(data),
    );
    const ann = await test.signUp();
    const { id } = (await ann.start()).data.startGeneration;
    expect((await ann.watch(id)).at(-1)).toMatchObject({ status: 'FAILED' });
    expect((await ann.ask(GENERATION, { id })).data.generation).toMatchObject({
      status: 'FAILED',
      text: answer.join(''),
      error: { code },
      chargeable: false,
      version: null,
    });
    expect(await arrived.promise).toMatchObject({ status: 'FAILED', chargeable: false, errorCode: code });
    expect(test.neighbours.changesets.size).toBe(0);
  });

  it('stops at the most tokens it may take, and writes nothing of a file that was cut off', async () => {
    await using test = await startGenerationTest(() => ['<file path="a.js">\n', 'let', ' a', ' =', ' 1', ';\n</file>']);
    const ann = await test.signUp();
    const { id } = (await ann.start({ maxTokens: 3 })).data.startGeneration;
    expect((await ann.watch(id)).at(-1)).toMatchObject({ status: 'FAILED', completionTokens: 3 });
    expect((await ann.ask(GENERATION, { id })).data.generation.error.code).toBe('GENERATION_TRUNCATED');
  });
});

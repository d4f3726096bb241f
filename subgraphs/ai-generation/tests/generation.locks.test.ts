import { startGenerationTest } from './generation.fixture.ts';

const RESULT = `query($id: ID!) { generation(id: $id) { status leftAlone text chargeable version { id } error { code message } } }`;

const ANSWER = [
  'I change two files.\n',
  '<file path="config.js">\nexport const port = 1;\n</file>\n',
  '<file path="index.js">\nconsole.log(2);\n</file>\n',
];

async function generate(options: {
  answer?: readonly (string | Promise<unknown>)[];
  files?: Record<string, string>;
  lockedPaths?: string[];
  onStreaming?: (test: { files: Record<string, string>; lockedPaths?: string[] }) => void;
}) {
  const { answer = ANSWER, files = {}, lockedPaths = [] } = options;
  const gate = Promise.withResolvers<void>();
  await using test = await startGenerationTest(() => [answer[0]!, gate.promise, ...answer.slice(1)]);
  const ann = await test.signUp({ files });
  const project = test.neighbours.projects.get(ann.projectId)!;
  project.lockedPaths = lockedPaths;
  const { id } = (await ann.start()).data.startGeneration;
  const watching = ann.watch(id);
  for await (const { data } of test.subscribe(
    'subscription($id: ID!) { generationEvents(id: $id) { __typename } }',
    { id },
    ann.token,
  )) {
    if ((data!.generationEvents as { __typename: string }).__typename === 'TokenDelta') break;
  }
  options.onStreaming?.(project);
  gate.resolve();
  const events = await watching;
  const { generation } = (await ann.ask(RESULT, { id })).data;
  return { generation, events, files: project.files, prompt: test.ollama.requests[0]!.messages[1]!.content };
}

describe('locked paths', () => {
  it('are named in the prompt, left alone, and told; the rest of the answer is applied', async () => {
    const { generation, events, files, prompt } = await generate({
      files: { 'config.js': 'mine\n', 'index.js': 'old\n' },
      lockedPaths: ['config.js', 'vendor'],
    });
    expect(prompt).toContain('locked');
    expect(prompt).toContain('- config.js\n- vendor\n');
    expect(generation).toMatchObject({ status: 'COMPLETED', leftAlone: ['config.js'], chargeable: true });
    expect(files).toEqual({ 'config.js': 'mine\n', 'index.js': 'console.log(2);\n' });
    expect(events.flatMap(({ path }) => path ?? [])).not.toContain('config.js');
  });

  it.each([
    ['another case', 'Config.js'],
    ['the project taken for the root', '/config.js'],
    ['the folder of a container', '/workspace/config.js'],
  ])('hold for %s', async (_, path) => {
    const answer = ANSWER.map((piece) => piece.replace('config.js', path));
    const { generation, files } = await generate({
      answer,
      files: { 'config.js': 'mine\n' },
      lockedPaths: ['config.js'],
    });
    expect(generation).toMatchObject({ status: 'COMPLETED', leftAlone: [expect.stringMatching(/^config\.js$/i)] });
    expect(files).toEqual({ 'config.js': 'mine\n', 'index.js': 'console.log(2);\n' });
  });

  it('hold against edits that do not fit and deletions; a file repeated as it is counts as no change', async () => {
    const answer = [
      'Some changes.\n',
      '<edit path="a.js">\n<<<<<<< SEARCH\nnot there\n=======\nx\n>>>>>>> REPLACE\n</edit>\n',
      '<delete path="b/c.js" />\n',
      '<file path="same.js">\nsame\n</file>\n',
      '<file path="index.js">\nnew\n</file>\n',
    ];
    const { generation, files } = await generate({
      answer,
      files: { 'a.js': 'a\n', 'b/c.js': 'c\n', 'same.js': 'same\n' },
      lockedPaths: ['a.js', 'b', 'same.js'],
    });
    expect(generation).toMatchObject({ status: 'COMPLETED', leftAlone: ['a.js', 'b/c.js'] });
    expect(files).toEqual({ 'a.js': 'a\n', 'b/c.js': 'c\n', 'same.js': 'same\n', 'index.js': 'new\n' });
  });

  it('end a generation that would change nothing else, without a charge', async () => {
    const { generation, files } = await generate({
      files: { 'config.js': 'mine\n' },
      lockedPaths: ['config.js', 'index.js'],
    });
    expect(generation).toMatchObject({
      status: 'FAILED',
      chargeable: false,
      leftAlone: ['config.js', 'index.js'],
      error: { code: 'GENERATION_PATHS_LOCKED', message: expect.stringContaining("'config.js', 'index.js'") },
    });
    expect(files).toEqual({ 'config.js': 'mine\n' });
  });

  it('hold when they are locked while the model writes', async () => {
    const files = { 'config.js': 'mine\n', 'index.js': 'old\n' };
    const some = await generate({ files, onStreaming: (project) => (project.lockedPaths = ['config.js']) });
    expect(some.generation).toMatchObject({ status: 'COMPLETED', leftAlone: ['config.js'] });
    expect(some.files['config.js']).toBe('mine\n');
    const all = await generate({ files, onStreaming: (project) => (project.lockedPaths = ['config.js', 'index.js']) });
    expect(all.generation).toMatchObject({ status: 'FAILED', error: { code: 'GENERATION_PATHS_LOCKED' } });
  });

  it('do not fill the prompt', async () => {
    const lockedPaths = Array.from({ length: 5_000 }, (_, index) => `src/folder/file-${index}.js`);
    const { generation, prompt } = await generate({ lockedPaths });
    expect(generation.status).toBe('COMPLETED');
    expect(prompt.length).toBeLessThan(20_000);
    expect(prompt).toMatch(/- \d+ more\n/);
  });
});

it('a file that somebody else created meanwhile is not overwritten', async () => {
  const { generation, files } = await generate({
    onStreaming: (project) => (project.files = { ...project.files, 'index.js': 'mine\n' }),
  });
  expect(generation).toMatchObject({ status: 'FAILED', error: { code: 'CONFLICT' } });
  expect(generation.error.message).toContain("'index.js' already exists");
  expect(files).toEqual({ 'index.js': 'mine\n' });
});

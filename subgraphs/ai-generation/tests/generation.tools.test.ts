import { type Said, startCallingServer } from './calling.server.ts';
import { startGenerationTest } from './generation.fixture.ts';

const WATCH = `subscription($id: ID!) { generationEvents(id: $id) { __typename seq ... on TokenDelta { text }
  ... on ToolCalled { name arguments result } ... on FileFinished { path } ... on GenerationFinished { status } } }`;
const RESULT = `query($id: ID!) { generation(id: $id) {
  status text error { code message } promptTokens completionTokens leftAlone contextPaths } }`;

const ENTRY = 'export const limit = 10;\n';
/** More than any prompt holds. */
const FILES = {
  ...Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`src/part${at}.ts`, `// part ${at}\n`.repeat(400)])),
  'zz/entry.ts': ENTRY,
};

async function generate({
  answers,
  files = FILES,
  lockedPaths = [],
  input = {},
}: {
  answers: readonly (readonly Said[])[];
  files?: Record<string, string>;
  lockedPaths?: string[];
  input?: Record<string, unknown>;
}) {
  await using server = await startCallingServer(answers);
  await using test = await startGenerationTest(undefined, {
    providers: [{ name: 'ollama', configured: false, find: () => [server.models.ollama] }],
  });
  const ann = await test.signUp({ files });
  test.neighbours.projects.get(ann.projectId)!.lockedPaths = lockedPaths;
  const { id } = (await ann.start({ prompt: 'Let it be twenty', ...input })).data.startGeneration;
  // biome-ignore lint/suspicious/noExplicitAny: events of any shape
  const events: any[] = [];
  for await (const { data } of test.subscribe(WATCH, { id }, ann.token)) events.push(data!.generationEvents);
  const { generation } = (await ann.ask(RESULT, { id })).data;
  return { generation, events, asked: server.asked, files: test.neighbours.projects.get(ann.projectId)!.files };
}

describe('a model that calls tools', () => {
  it('reads what did not fit into the prompt, and edits it; watchers see each call', async () => {
    const { generation, events, asked, files } = await generate({
      answers: [
        ['I look. ', [{ name: 'read_file', arguments: { path: 'zz/entry.ts' } }]],
        [[{ name: 'edit_file', arguments: { path: 'zz/entry.ts', search: 'limit = 10', replace: 'limit = 20' } }]],
        ['It is twenty now.'],
      ],
    });
    expect(generation).toMatchObject({ status: 'COMPLETED', error: null });
    expect(generation.text).toMatch(/^I look\. \n\nIt is twenty now\./);
    expect(files['zz/entry.ts']).toBe('export const limit = 20;\n');
    expect(events.filter(({ __typename }) => __typename === 'ToolCalled')).toMatchObject([
      { name: 'read_file', arguments: { path: 'zz/entry.ts' }, result: ENTRY },
      { name: 'edit_file', result: 'Done.' },
    ]);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    expect(asked).toHaveLength(3);
    expect(JSON.stringify(asked[0]!.messages)).toContain('Read one before you change it');
    // The rounds' prompts count together, and their tokens too.
    expect(generation).toMatchObject({ promptTokens: 300, completionTokens: 30 });
  });

  it('writes several files, one a round, and none of them is lost', async () => {
    const { generation, files } = await generate({
      answers: [
        [[{ name: 'create_file', arguments: { path: 'a.ts', content: 'a\n' } }]],
        [[{ name: 'create_file', arguments: { path: 'b.ts', content: 'b\n' } }]],
        ['Both are there. <b>', 'c</b>'],
      ],
    });
    expect(generation).toMatchObject({ status: 'COMPLETED' });
    expect(files).toMatchObject({ 'a.ts': 'a\n', 'b.ts': 'b\n' });
  });

  it('is told that a path is locked, and of a path outside of the project; neither is changed', async () => {
    const { generation, files, events } = await generate({
      lockedPaths: ['zz'],
      answers: [
        [
          [
            { name: 'edit_file', arguments: { path: 'zz/entry.ts', search: 'limit = 10', replace: 'limit = 20' } },
            { name: 'read_file', arguments: { path: '../../etc/passwd' } },
          ],
        ],
        [[{ name: 'create_file', arguments: { path: 'new.ts', content: 'new\n' } }]],
        ['So I wrote another.'],
      ],
    });
    expect(generation).toMatchObject({ status: 'COMPLETED', leftAlone: ['zz/entry.ts'] });
    expect(files).toMatchObject({ 'zz/entry.ts': ENTRY, 'new.ts': 'new\n' });
    const [locked, outside] = events.filter(({ __typename }) => __typename === 'ToolCalled');
    expect(locked.result).toContain('is locked');
    expect(outside.result).toContain("'path'");
  });

  it('is offered none where the prompt holds the whole project', async () => {
    const { asked } = await generate({ files: { 'a.ts': 'a\n' }, answers: [['Nothing to do.']] });
    expect(asked[0]!.tools).toBeUndefined();
  });

  it('must see chosen files in the prompt itself, however large', async () => {
    const { asked, generation } = await generate({
      input: { contextPaths: ['zz/entry.ts', 'src/part7.ts'] },
      answers: [[[{ name: 'edit_file', arguments: { path: 'zz/entry.ts', search: '10', replace: '20' } }]], ['Done.']],
    });
    expect(generation.contextPaths).toEqual(expect.arrayContaining(['src/part7.ts', 'zz/entry.ts']));
    expect(JSON.stringify(asked[0]!.messages)).toContain('// part 7');
  });
});

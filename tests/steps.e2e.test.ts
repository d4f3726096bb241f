import { randomUUID } from 'node:crypto';
import { eventually, signUp } from './support/client.ts';
import { createDataDirectory, startEmbeddedGraph } from './support/embedded-graph.ts';
import { startScriptedModel, toAskedText } from './support/scripted.model.ts';

const STATE = `query($id: ID!) { generation(id: $id) { status text repairs completionTokens flow error { code } version { number }
  steps { name status } events(first: 1000) { __typename seq ... on TokenDelta { text } ... on StepStarted { name index of } } }
  me { quota { usedTokens heldTokens } } }`;
const EVENTS = `subscription($id: ID!, $after: Int) { generationEvents(id: $id, afterSeq: $after) {
  seq __typename ... on TokenDelta { text } ... on StepStarted { name index of } } }`;
const TERMINAL = ['COMPLETED', 'FAILED', 'CANCELLED'];

type Person = Awaited<ReturnType<typeof signUp>>;
interface Seen {
  readonly seq: number;
  readonly __typename: string;
  readonly text?: string;
  readonly name?: string;
}

async function start(person: Person, input: object): Promise<string> {
  const { createProject } = await person.must(
    'mutation { createProject(input: { name: "Greeter", language: "javascript" }) { id } }',
  );
  const request = {
    projectId: createProject.id,
    prompt: 'A greeting',
    model: 'scripted',
    clientRequestId: randomUUID(),
  };
  const { startGeneration } = await person.must(
    'mutation($input: StartGenerationInput!) { startGeneration(input: $input) { id } }',
    { input: { ...request, ...input } },
  );
  return startGeneration.id;
}

function expectGapless(events: readonly Seen[], text: string): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.map((event) => event.text ?? '').join('')).toBe(text);
}

const file = (path: string, content: string) => `<file path="${path}">\n${content}</file>\n`;

describe('the flows of a generation', () => {
  it('kill -9 in the third of the steps: the finished ones stay, and watchers see every event once', async () => {
    await using model = await startScriptedModel();
    await using data = await createDataDirectory();
    const seen: Seen[] = [];
    let person: Person;
    let id: string;
    const answer = async (text: string) => {
      const asked = await model.nextAnswer();
      asked.say(text);
      asked.end();
      return toAskedText(asked);
    };
    {
      await using graph = await startEmbeddedGraph({ dataDir: data.path, env: model.env });
      person = await signUp(graph.url, 'ann');
      id = await start(person, { flow: 'STEPS', maxTokens: 500 });
      expect(await answer('THE PLAN\n')).toContain('Your part now is the plan');
      expect(await answer(file('package.json', '{ "main": "index.js" }\n'))).toContain('THE PLAN');
      const third = await model.nextAnswer();
      third.say('half an ans');
      for await (const { data: event } of person.watch(EVENTS, { id })) {
        seen.push(event.generationEvents);
        if (seen.at(-1)!.text?.includes('half')) break;
      }
      graph.process.kill('SIGKILL');
      await graph.process.exited;
    }
    await using graph = await startEmbeddedGraph({ dataDir: data.path, env: model.env });
    const again = person.at(graph.url);
    const rest = (async () => {
      for await (const { data: event } of again.watch(EVENTS, { id, after: seen.length }))
        seen.push(event.generationEvents);
    })();
    const third = await answer('Nothing is needed.\n');
    expect(third).toContain('what the project depends on');
    expect(third).toContain('{ "main": "index.js" }');
    expect(await answer(file('index.js', "console.log('hello');\n"))).toContain('Your part now is the source');
    expect(await answer('No tests.\n')).toContain('Your part now is the tests');
    await rest;
    const { generation, me } = await eventually(
      () => again.must(STATE, { id }),
      (state) => state.me.quota.heldTokens === 0 && TERMINAL.includes(state.generation.status),
      60_000,
    );
    expect(generation).toMatchObject({ status: 'COMPLETED', flow: 'STEPS', version: { number: 1 }, error: null });
    expectGapless(seen, generation.text);
    expect(generation.events).toEqual(seen);
    expect(seen.flatMap(({ __typename, name }) => (__typename === 'StepStarted' ? [name] : []))).toEqual([
      ...['plan', 'manifest', 'dependencies', 'dependencies', 'components', 'tests'],
    ]);
    expect(me.quota.usedTokens).toBeGreaterThan(0);
  }, 240_000);

  it('what fails in the sandbox is given back to the model, and becomes a second version once it runs', async () => {
    await using model = await startScriptedModel();
    await using data = await createDataDirectory();
    await using graph = await startEmbeddedGraph({ dataDir: data.path, env: model.env });
    const person = await signUp(graph.url, 'ann');
    const id = await start(person, { maxRepairs: 2 });
    const first = await model.nextAnswer();
    first.say(file('index.js', 'hallo("world");\n'));
    first.end();
    const repair = await model.nextAnswer();
    expect(toAskedText(repair)).toContain('was run, and failed');
    expect(toAskedText(repair)).toMatch(/hallo.*is not defined/);
    repair.say(file('index.js', "console.log('hello');\n"));
    repair.end();
    const { generation } = await eventually(
      () => person.must(STATE, { id }),
      (state) => TERMINAL.includes(state.generation.status),
      60_000,
    );
    expect(generation).toMatchObject({
      ...{ status: 'COMPLETED', flow: 'SINGLE', repairs: 1, version: { number: 2 } },
      steps: [{ name: 'repair', status: 'COMPLETED' }],
    });
    expect(generation.text).toContain('> Note: The project was run: it ended without an error.');
    expectGapless(generation.events, generation.text);
  }, 240_000);
});

import { randomUUID } from 'node:crypto';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { type Answer, type Person, signUp } from './support/client.ts';
import { startRealGraph } from './support/real-graph.ts';
import { type ScriptedModel, startScriptedModel } from './support/scripted.model.ts';

const EVENTS = `subscription($id: ID!) { generationEvents(id: $id) { __typename seq ... on TokenDelta { text }
  ... on GenerationFinished { status } } }`;
const STATE = `query($id: ID!) { generation(id: $id) { status text error { code } events(first: 1000) { __typename seq } } }`;
/** Events that a watcher has seen when the service is killed. */
const SEEN = 45;

interface Event {
  readonly __typename: string;
  readonly seq: number;
  readonly text?: string;
  readonly status?: string;
}

/** A generation in the middle of its answer, with what its watcher has seen. */
async function startAnswer(person: Person, model: ScriptedModel) {
  const { createProject } = await person.must('mutation { createProject(input: { name: "Watched" }) { id } }');
  const { startGeneration } = await person.must(
    'mutation($input: StartGenerationInput!) { startGeneration(input: $input) { id } }',
    { input: { projectId: createProject.id, prompt: 'A greeting', model: 'scripted', clientRequestId: randomUUID() } },
  );
  const id: string = startGeneration.id;
  const events = person.watch(EVENTS, { id });
  const seen: Event[] = [];
  const read = async () => {
    const { value } = (await events.next()) as IteratorResult<Answer>;
    if (value?.errors) throw new Error(JSON.stringify(value.errors));
    if (value) seen.push(value.data.generationEvents);
    return value !== undefined;
  };
  const answer = await model.nextAnswer();
  for (let token = 0; seen.length < SEEN; token += 1) {
    answer.say(`token ${token}\n`);
    await read();
  }
  // Whether anybody has seen it or not, it goes before what comes after the kill.
  answer.say('the last token\n');
  return {
    id,
    seen,
    async readOn() {
      while (await read());
    },
  };
}

describe('kill -9 of ai-generation in mid-answer', () => {
  it('goes on with the next seq for who watches, and keeps all that was seen, though Redis lost its writes', async () => {
    const prefix = `e2e-${randomUUID()}:`;
    await using model = await startScriptedModel();
    await using graph = await startRealGraph({
      env: { ...model.env, SANDBOX: 'wasm', REDIS_PREFIX: prefix },
      portOffset: 26_000,
    });
    const ann = await signUp(graph.url, 'ann');
    const [kept, lost] = [await startAnswer(ann, model), await startAnswer(ann, model)];
    graph.processes.get('ai-generation')?.kill('SIGKILL');
    await graph.processes.get('ai-generation')?.exited;
    const log = createLog({ service: 'test', level: 'silent' });
    await using redis = await openRedis({ url: process.env.REDIS_URL as string, prefix, log });
    const key = `${prefix}stream:{generation:${lost.id}}`;
    expect(await redis.commands.del(key, `${key}:state`)).toBe(2);
    await graph.restart('ai-generation');

    await Promise.all([kept.readOn(), lost.readOn()]);
    for (const { id, seen } of [kept, lost]) {
      expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
      expect(seen.length).toBeGreaterThan(SEEN);
      expect(seen.at(-1)).toMatchObject({ __typename: 'GenerationFinished', status: 'FAILED' });
      const { generation } = await ann.must(STATE, { id });
      expect(generation).toMatchObject({ status: 'FAILED', error: { code: 'GENERATION_INTERRUPTED' } });
      expect(generation.text).toBe(seen.map(({ text }) => text ?? '').join(''));
      expect(generation.events).toEqual(seen.map(({ __typename, seq }) => ({ __typename, seq })));
    }
    // The dead worker's lease has to run out.
  }, 240_000);
});

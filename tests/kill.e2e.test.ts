import { randomUUID } from 'node:crypto';
import { eventually, signUp } from './support/client.ts';
import { createDataDirectory, startEmbeddedGraph } from './support/embedded-graph.ts';
import { startScriptedModel } from './support/scripted.model.ts';

/** Events that a watcher has seen when the process is killed. */
const SEEN = 20;
const TERMINAL = ['COMPLETED', 'FAILED', 'CANCELLED'];
const STATE = `query($id: ID!) { generation(id: $id) { status text promptTokens completionTokens error { code }
  events(first: 1000) { __typename seq ... on TokenDelta { text } } }
  me { quota { usedTokens heldTokens } notifications(first: 100) { nodes { topic } } } }`;

describe('kill -9 in mid-generation', () => {
  it('corrupts nothing, leaves no hold, and counts nothing twice', async () => {
    await using model = await startScriptedModel();
    await using data = await createDataDirectory();
    let person: Awaited<ReturnType<typeof signUp>>;
    let id: string;
    const seen: { seq: number; text?: string }[] = [];
    {
      await using graph = await startEmbeddedGraph({ dataDir: data.path, env: model.env });
      person = await signUp(graph.url, 'ann');
      const { createProject } = await person.must(
        'mutation { createProject(input: { name: "Greeter", language: "javascript" }) { id } }',
      );
      const { startGeneration } = await person.must(
        'mutation($input: StartGenerationInput!) { startGeneration(input: $input) { id } }',
        {
          input: {
            projectId: createProject.id,
            prompt: 'A greeting in JavaScript',
            model: 'scripted',
            clientRequestId: randomUUID(),
          },
        },
      );
      id = startGeneration.id;
      const watching =
        'subscription($id: ID!) { generationEvents(id: $id) { seq __typename ... on TokenDelta { text } } }';
      const events = person.watch(watching, { id });
      const answer = await model.nextAnswer();
      for (let token = 0; seen.length < SEEN; token += 1) {
        answer.say(`token ${token}\n`);
        const { value } = await events.next();
        seen.push(value.data.generationEvents);
      }
      answer.say('the last token\n');
      graph.process.kill('SIGKILL');
      await graph.process.exited;
    }

    let settled: string | undefined;
    for (let round = 0; round < 2; round++) {
      await using graph = await startEmbeddedGraph({ dataDir: data.path, env: model.env });
      const again = person.at(graph.url);
      const state = await eventually(
        () => again.must(STATE, { id }),
        ({ generation, me }) =>
          TERMINAL.includes(generation.status) &&
          me.quota.heldTokens === 0 &&
          me.notifications.nodes.some(({ topic }: { topic: string }) => topic.startsWith('generation.')),
        60_000,
      );
      const { events, text } = state.generation;
      expect(events.map((event: { seq: number }) => event.seq)).toEqual(
        events.map((_: unknown, index: number) => index + 1),
      );
      expect(events.slice(0, seen.length)).toEqual(seen);
      expect(events.at(-1).__typename).toBe('GenerationFinished');
      expect(events.map((event: { text?: string }) => event.text ?? '').join('')).toBe(text);
      // The second round finds exactly what the first one left.
      settled ??= JSON.stringify(state);
      expect(JSON.stringify(state)).toBe(settled);
    }
  }, 180_000);
});

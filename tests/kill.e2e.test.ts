import { randomUUID } from 'node:crypto';
import { eventually, signUp } from './support/client.ts';
import { createDataDirectory, startEmbeddedGraph } from './support/embedded-graph.ts';

const TERMINAL = ['COMPLETED', 'FAILED', 'CANCELLED'];
const STATE = `query($id: ID!) { generation(id: $id) { status text promptTokens completionTokens error { code }
  events(first: 1000) { __typename seq ... on TokenDelta { text } } }
  me { quota { usedTokens heldTokens } notifications(first: 100) { nodes { topic } } } }`;

describe('kill -9 in mid-generation', () => {
  const ollama = process.env.OLLAMA_URL;

  it('corrupts nothing, leaves no hold, and counts nothing twice', async () => {
    if (!ollama) throw new Error('OLLAMA_URL is missing: a model slow enough to be killed at work is needed.');
    await using data = await createDataDirectory();
    let person: Awaited<ReturnType<typeof signUp>>;
    let id: string;
    const seen: { seq: number; text?: string }[] = [];
    {
      await using graph = await startEmbeddedGraph({ dataDir: data.path, env: { OLLAMA_URL: ollama } });
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
            model: 'smollm2:135m',
            clientRequestId: randomUUID(),
          },
        },
      );
      id = startGeneration.id;
      const watching =
        'subscription($id: ID!) { generationEvents(id: $id) { seq __typename ... on TokenDelta { text } } }';
      for await (const { data: event } of person.watch(watching, { id })) {
        seen.push(event?.generationEvents);
        if (event?.generationEvents.__typename === 'TokenDelta') break;
      }
      graph.process.kill('SIGKILL');
      await graph.process.exited;
    }

    let settled: string | undefined;
    for (let round = 0; round < 2; round++) {
      await using graph = await startEmbeddedGraph({ dataDir: data.path, env: { OLLAMA_URL: ollama } });
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
    // The model reads a long prompt before its first token, and is loaded when first asked.
  }, 300_000);
});

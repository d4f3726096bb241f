import { createOllamaModel } from '../src/models/ollama.model.ts';
import { createOpenAiModel } from '../src/models/openai.model.ts';
import { OpenAiServer } from '../src/models/openai.server.ts';
import type { RecordedCase } from './corpus/case.ts';
import { startGenerationTest } from './generation.fixture.ts';
import type { Neighbours } from './neighbours.ts';
import { startRecordedServer } from './recorded.server.ts';

const STATE = `query($id: ID!) { generation(id: $id) { status text promptTokens completionTokens error { code message } } }`;

/** Longer ones are left alone: a repeated answer is a fault of no server here. */
const env = { GENERATION_USER_QUEUE_LIMIT: '1000', MODEL_CONCURRENCY: '8' };

/**
 * The service with every recorded answer as a model: the answer goes over a socket, through the client of its provider, the parser
 * and the job, to the project.
 *
 * @param applyChanges the project service's rule; default this package's idea of it
 */
export async function startCorpusTest(cases: readonly RecordedCase[], applyChanges?: Neighbours['applyChanges']) {
  await using started = new AsyncDisposableStack();
  const recorded = started.use(await startRecordedServer(cases));
  const server = new OpenAiServer({ apiKey: 'any', baseUrl: `${recorded.url}/v1` });
  const models = cases.map(({ name, sends }) =>
    sends.ollama
      ? createOllamaModel(name, { url: recorded.url, contextTokens: 32_768 })
      : createOpenAiModel(name, { server }),
  );
  const test = started.use(
    await startGenerationTest(undefined, {
      env,
      providers: [{ name: 'recorded', configured: true, find: () => models }],
      prepare: (neighbours) => {
        if (applyChanges) neighbours.applyChanges = applyChanges;
      },
    }),
  );
  const rest = started.move();
  return {
    /** What comes of one answer. */
    async run({ name, language = 'javascript', files = {}, prompt = 'Do it', maxTokens }: RecordedCase) {
      const user = await test.signUp({ language, files });
      const { data, errors } = await user.start({
        model: name,
        prompt,
        flow: 'SINGLE',
        ...(maxTokens && { maxTokens }),
      });
      if (errors) throw new Error(JSON.stringify(errors));
      const { id } = data.startGeneration;
      const events = await user.watch(id);
      const { generation } = (await user.ask(STATE, { id })).data;
      return {
        generation: generation as {
          status: string;
          text: string;
          promptTokens: number;
          completionTokens: number;
          error: { code: string; message: string } | null;
        },
        events,
        files: test.neighbours.projects.get(user.projectId)!.files,
        operations: test.neighbours.changesets.get(id)?.changes.map(({ operation }) => operation) ?? [],
        asked: recorded.findAsked(name),
      };
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

export type CorpusTest = Awaited<ReturnType<typeof startCorpusTest>>;

/** Runs a case, and compares all that it says of the outcome. */
export async function expectOutcome(test: CorpusTest, recorded: RecordedCase): Promise<void> {
  const { expected, files: before = {} } = recorded;
  const { generation, files, asked, operations, events } = await test.run(recorded);
  const { status, error, text, promptTokens, completionTokens } = generation;
  expect({ status, code: error?.code ?? null, message: expected.code ? '' : (error?.message ?? '') }).toEqual({
    status: expected.code ? 'FAILED' : 'COMPLETED',
    code: expected.code ?? null,
    message: '',
  });
  for (const words of [expected.says ?? []].flat()) expect(error?.message).toContain(words);
  const after = Object.entries({ ...before, ...expected.files }).filter(([, content]) => content !== null);
  expect(files).toEqual(expected.code ? before : Object.fromEntries(after));
  if (expected.notes) expect(text).toContain(expected.notes);
  if (expected.promptTokens !== undefined) expect(promptTokens).toBe(expected.promptTokens);
  if (expected.completionTokens !== undefined) expect(completionTokens).toBe(expected.completionTokens);
  if (expected.operations) expect(operations).toEqual(expected.operations);
  expect(asked).toHaveLength(expected.asked ?? 1);
  expect(events.at(-1)).toMatchObject({ __typename: 'GenerationFinished', status });
}

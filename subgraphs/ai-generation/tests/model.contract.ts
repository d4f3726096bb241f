import type { Model, ModelChunk, ModelRequest } from '../src/models/model.ts';

export interface ModelUnderTest {
  readonly model: Model;
  /** Resolves once the provider has been told that the answer is no longer wanted. Absent when the model runs in process. */
  readonly cancelled?: Promise<void>;
}

export function createModelRequest(request: Partial<ModelRequest> = {}): ModelRequest {
  const prompt =
    'A JavaScript command-line program that counts from one to one hundred, with a comment for each number';
  return {
    prompt,
    messages: [{ role: 'user', content: prompt }],
    templates: [
      {
        score: 0.9,
        template: {
          id: '018f0000-0000-7000-8000-000000000001',
          title: 'Command-line program',
          description: 'Prints to the terminal',
          language: 'javascript',
          framework: null,
          tags: ['cli'],
          files: [{ path: 'index.js', content: `${'console.log("a line of the program");\n'.repeat(40)}` }],
        },
      },
    ],
    language: 'javascript',
    framework: null,
    leastScore: async () => 0.2,
    existingPaths: [],
    delimiter: 'k7q2',
    maxTokens: 40,
    signal: new AbortController().signal,
    ...request,
  };
}

async function collect(answer: AsyncIterable<ModelChunk>): Promise<ModelChunk[]> {
  const chunks: ModelChunk[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return chunks;
}

/** What every driver of `Model` has to do. */
export function describeModel(name: string, createModel: () => Promise<ModelUnderTest & AsyncDisposable>): void {
  describe(`${name} as a model`, () => {
    it('is available', async () => {
      await using test = await createModel();
      expect(await test.model.probe()).toMatchObject({ available: true });
    });

    it('streams an answer in pieces and ends it with the reason', async () => {
      await using test = await createModel();
      const chunks = await collect(test.model.stream(createModelRequest()));
      expect(chunks.filter(({ text }) => text !== '').length).toBeGreaterThan(1);
      expect(chunks.flatMap(({ end }) => end ?? [])).toHaveLength(1);
      expect(chunks.at(-1)?.end?.reason).toMatch(/^(stop|length)$/);
    });

    it('stops at the most tokens it was given, and says so', async () => {
      await using test = await createModel();
      const chunks = await collect(test.model.stream(createModelRequest({ maxTokens: 5 })));
      const tokens = chunks.reduce((sum, chunk) => sum + chunk.tokens, 0);
      expect(chunks.at(-1)?.end?.reason).toBe('length');
      expect(chunks.at(-1)?.end?.completionTokens ?? tokens).toBeLessThanOrEqual(5);
    });

    it('counts each piece as it streams', async () => {
      await using test = await createModel();
      const chunks = await collect(test.model.stream(createModelRequest()));
      const counted = chunks.reduce((sum, { tokens }) => sum + tokens, 0);
      const told = chunks.at(-1)?.end?.completionTokens ?? counted;
      expect(Math.abs(counted - told)).toBeLessThanOrEqual(Math.max(2, told * 0.25));
    });

    it('ends with the reason of the signal within a second of its abort, and so does the provider', async () => {
      await using test = await createModel();
      const abort = new AbortController();
      const reason = new Error('the user has cancelled');
      let abortedAt = 0;
      const reading = (async () => {
        for await (const { text } of test.model.stream(
          createModelRequest({ maxTokens: 4_000, signal: abort.signal }),
        )) {
          if (text === '' || abortedAt) continue;
          abortedAt = performance.now();
          abort.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
      await test.cancelled;
      expect(performance.now() - abortedAt).toBeLessThan(5_000);
    });

    it('sends nothing when the signal has aborted before', async () => {
      await using test = await createModel();
      const reason = new Error('too late');
      await expect(collect(test.model.stream(createModelRequest({ signal: AbortSignal.abort(reason) })))).rejects.toBe(
        reason,
      );
    });
  });
}

/** What a driver of a remote provider has to do when none answers. */
export function describeUnreachableModel(name: string, createModel: (url: string) => Model): void {
  describe(`${name} without its provider`, () => {
    const unreachable = 'http://127.0.0.1:1';

    it('is not available, and does not throw', async () => {
      expect(await createModel(unreachable).probe()).toMatchObject({ available: false });
    });

    it('says which model of whom cannot be used', async () => {
      const answer = collect(createModel(unreachable).stream(createModelRequest()));
      await expect(answer).rejects.toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE' });
    });
  });
}

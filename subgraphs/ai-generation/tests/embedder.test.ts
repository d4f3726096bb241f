import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from '@vibecode/platform/testing/property';
import { CHARACTERS_PER_TURN, createHashingEmbedder } from '../src/embedders/hashing.embedder.ts';
import { createOllamaEmbedder } from '../src/embedders/ollama.embedder.ts';
import { createOpenAiEmbedder } from '../src/embedders/openai.embedder.ts';
import { describeEmbedder } from './embedder.contract.ts';

describeEmbedder('feature hashing', async () => ({
  embedder: createHashingEmbedder(),
  async [Symbol.asyncDispose]() {},
}));

describe('feature hashing', () => {
  it('gives any text a finite vector of unit length, the same each time', async () => {
    const { embed } = createHashingEmbedder();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const [vector] = await embed([text]);
        expect(Math.hypot(...vector!)).toBeCloseTo(1, 6);
        expect(await embed([text])).toEqual([vector]);
      }),
    );
  });

  it('gives others their turn after a bounded number of characters', async () => {
    const texts = Array.from({ length: 400 }, (_, index) => `text ${index} `.repeat(150));
    let turns = 0;
    let counting = true;
    const count = () => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await createHashingEmbedder().embed(texts);
    counting = false;
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    expect(characters / turns).toBeLessThan(2 * CHARACTERS_PER_TURN);
  });

  it('stops between turns when its signal aborts', async () => {
    const controller = new AbortController();
    const embedding = createHashingEmbedder().embed(new Array(1_000).fill('text '.repeat(1_000)), controller.signal);
    controller.abort(new Error('not wanted any more'));
    await expect(embedding).rejects.toThrow('not wanted any more');
  });

  it('knows other forms of a word', async () => {
    const [greets, greeting, parsing] = await createHashingEmbedder().embed(['greets', 'a greeting', 'parsing']);
    const cosine = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    expect(cosine(greets!, greeting!)).toBeGreaterThan(0.15);
    expect(Math.abs(cosine(greets!, parsing!))).toBeLessThan(0.1);
  });
});

const drivers = {
  ollama: (url: string, timeoutMs?: number) => createOllamaEmbedder({ url, model: 'some-model', timeoutMs }),
  openai: (url: string, timeoutMs?: number) =>
    createOpenAiEmbedder({ apiKey: 'key', baseUrl: `${url}/v1`, model: 'some-model', timeoutMs }),
};

/** A server that breaks, which no real one does when a test wants it to. */
async function startServer(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.each(Object.entries(drivers))('the embedder of %s without a model that answers', (_, createEmbedder) => {
  it('says which cannot be used', async () => {
    await expect(createEmbedder('http://127.0.0.1:1').embed(['text'])).rejects.toMatchObject({
      code: 'GENERATION_EMBEDDER_UNAVAILABLE',
      details: { embedder: expect.stringContaining('some-model') },
    });
  });

  it('says how long it has waited for one that is silent', async () => {
    await using server = await startServer(() => {});
    await expect(createEmbedder(server.url, 50).embed(['text'])).rejects.toThrow('no answer within 50 ms');
  });

  it.each([
    ['are empty', [[], []]],
    ['differ in dimensions', [[1], [1, 0]]],
  ])('refuses vectors that %s', async (_, vectors) => {
    await using server = await startServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      const data = vectors.map((embedding, index) => ({ embedding, index }));
      response.end(JSON.stringify({ model_info: {}, embeddings: vectors, data }));
    });
    await expect(createEmbedder(server.url).embed(['one', 'two'])).rejects.toThrow('empty or differ in dimensions');
  });

  it('refuses an answer with fewer vectors than texts', async () => {
    await using server = await startServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ model_info: {}, embeddings: [], data: [] }));
    });
    await expect(createEmbedder(server.url).embed(['text'])).rejects.toThrow('0 vectors for 1 texts');
  });
});

describe('the embedder of several Ollamas', () => {
  it('asks another one where one is away, and stays with it', async () => {
    let asked = 0;
    await using server = await startServer((request, response) => {
      if (request.url === '/api/embed') asked += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ model_info: {}, embeddings: [[3, 4]] }));
    });
    const others = [server.url, 'http://127.0.0.1:2'];
    const { embed } = createOllamaEmbedder({ url: 'http://127.0.0.1:1', others, model: 'some-model', batchSize: 1 });
    expect(await embed(['one', 'two', 'three'])).toEqual(Array(3).fill([0.6, 0.8]));
    expect(asked).toBe(3);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readJson } from '@vibecode/platform/http/request';
import type { ModelRequest } from '../src/models/model.ts';
import { createOllamaModel } from '../src/models/ollama.model.ts';
import { createOpenAiModel } from '../src/models/openai.model.ts';
import { OpenAiServer } from '../src/models/openai.server.ts';

/** A server that keeps the last chat it was asked, and answers nothing of use. */
async function startServer() {
  let body: unknown;
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') body = await readJson(request, 1_000_000);
    response.end('{"error":"no"}\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages: () => (body as { messages: unknown }).messages,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const request: ModelRequest = {
  prompt: 'Draw it',
  messages: [
    { role: 'system', content: 'You draw.' },
    { role: 'user', content: 'Draw it' },
  ],
  templates: [],
  leastScore: async () => 0,
  language: null,
  framework: null,
  existingPaths: [],
  delimiter: 'k7q2',
  maxTokens: 10,
  images: [
    { type: 'image/png', base64: 'AAAA' },
    { type: 'image/jpeg', base64: 'BBBB' },
  ],
  signal: new AbortController().signal,
};

describe('images of a request', () => {
  it('are sent to Ollama with the message of the user', async () => {
    await using server = await startServer();
    const model = createOllamaModel('seeing', { url: server.url, contextTokens: 1_000 });
    await expect(model.stream(request)[Symbol.asyncIterator]().next()).rejects.toThrow();
    expect(server.messages()).toEqual([
      { role: 'system', content: 'You draw.' },
      { role: 'user', content: 'Draw it', images: ['AAAA', 'BBBB'] },
    ]);
  });

  it('are sent by the chat completions API as parts of it, and a text alone is sent as before', async () => {
    await using server = await startServer();
    const openai = new OpenAiServer({ apiKey: 'any', baseUrl: `${server.url}/v1` });
    const model = createOpenAiModel('seeing', { server: openai, seesImages: true });
    await expect(model.stream(request)[Symbol.asyncIterator]().next()).rejects.toThrow();
    expect(server.messages()).toEqual([
      { role: 'system', content: 'You draw.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Draw it' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,BBBB' } },
        ],
      },
    ]);
    await expect(
      model
        .stream({ ...request, images: [] })
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toThrow();
    expect(server.messages()).toEqual(request.messages);
  });
});

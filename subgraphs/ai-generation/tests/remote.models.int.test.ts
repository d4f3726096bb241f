import { createOllamaModel, findOllamaModels } from '../src/models/ollama.model.ts';
import { createOpenAiModel } from '../src/models/openai.model.ts';
import { OpenAiServer } from '../src/models/openai.server.ts';
import { createModelRequest, describeModel, describeUnreachableModel } from './model.contract.ts';
import { startRecordingProxy } from './recording.proxy.ts';

const MODEL = 'smollm2:135m';
const contextTokens = 4_096;

function getOllamaUrl(): string {
  const url = process.env.OLLAMA_URL;
  if (!url) throw new Error(`These tests need OLLAMA_URL, an Ollama that has ${MODEL}; see CONTRIBUTING.md.`);
  return url;
}

describeModel('Ollama', async () => {
  const proxy = await startRecordingProxy(getOllamaUrl());
  return { ...proxy, model: createOllamaModel(MODEL, { url: proxy.url, contextTokens }) };
});
describeUnreachableModel('Ollama', (url) => createOllamaModel(MODEL, { url, contextTokens }));

// Ollama speaks the chat completions API as well: a real server for that driver.
describeModel('a server of the chat completions API', async () => {
  const proxy = await startRecordingProxy(getOllamaUrl());
  return {
    ...proxy,
    model: createOpenAiModel(MODEL, { server: new OpenAiServer({ apiKey: 'any', baseUrl: `${proxy.url}/v1` }) }),
  };
});
describeUnreachableModel('a server of the chat completions API', (url) =>
  createOpenAiModel(MODEL, { server: new OpenAiServer({ apiKey: 'any', baseUrl: `${url}/v1` }) }),
);

describe('at temperature 0', () => {
  it.each([
    ['Ollama', () => createOllamaModel(MODEL, { url: getOllamaUrl(), contextTokens, temperature: 0 })],
    [
      'the chat completions API',
      () =>
        createOpenAiModel(MODEL, {
          server: new OpenAiServer({ apiKey: 'any', baseUrl: `${getOllamaUrl()}/v1` }),
          temperature: 0,
        }),
    ],
  ])('a model behind %s repeats itself', async (_name, createModel) => {
    const answer = async () => {
      let text = '';
      for await (const chunk of createModel().stream(createModelRequest())) text += chunk.text;
      return text;
    };
    const first = await answer();
    expect(first).not.toBe('');
    expect(await answer()).toBe(first);
  });
});

describe('the models of an Ollama', () => {
  it('are those that can write text, each with its context', async () => {
    const models = await findOllamaModels({ url: getOllamaUrl(), contextTokens });
    expect(models.map(({ id }) => id)).toContain(MODEL);
    expect(models.map(({ id }) => id)).not.toContain('all-minilm:latest');
    expect(await models.find(({ id }) => id === MODEL)?.probe()).toEqual({
      available: true,
      contextTokens,
      seesImages: false,
      callsTools: false,
    });
  });

  it('cannot be told where nothing answers', async () => {
    await expect(findOllamaModels({ url: 'http://127.0.0.1:1', contextTokens })).rejects.toMatchObject({
      code: 'GENERATION_MODEL_UNAVAILABLE',
    });
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ModelUnavailableError } from '../src/errors.ts';
import { type ModelProvider, ModelRegistry } from '../src/models/model.registry.ts';
import type { Model } from '../src/models/model.ts';
import { createOllamaModel, findOllamaModels } from '../src/models/ollama.model.ts';
import { createOpenAiModel } from '../src/models/openai.model.ts';
import { findServedModel, OpenAiServer } from '../src/models/openai.server.ts';

const createModel = (id: string, provider: string, available = true): Model => ({
  id,
  provider,
  probe: async () => ({ available, contextTokens: null }),
  async *stream() {},
});
const provide = (name: string, configured: boolean, ...models: Model[]): ModelProvider => ({
  name,
  configured,
  find: () => models,
});
const away = (name: string, configured: boolean): ModelProvider => ({
  name,
  configured,
  find: () => Promise.reject(new ModelUnavailableError({ id: 'any', provider: name }, 'connect ECONNREFUSED.')),
});
const blueprint = provide('blueprint', false, createModel('blueprint', 'blueprint'));

/** A server that answers by its routes, and 404 for all others. */
async function startRoutes(routes: Record<string, unknown | ((body: string) => unknown)>) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const route = routes[request.url ?? ''];
    const answer = typeof route === 'function' ? route(body) : route;
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { detail: 'Not Found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const getDefault = async (...providers: ModelProvider[]) => {
  const { model, available } = await new ModelRegistry({ providers }).get(null);
  return `${model.provider}/${model.id}${available ? '' : ' away'}`;
};

describe('the default model', () => {
  it('is the first that is available where the operator has named no provider', async () => {
    const ollama = provide('ollama', false, createModel('a', 'ollama', false), createModel('b', 'ollama'));
    expect(await getDefault(ollama, blueprint)).toBe('ollama/b');
    expect(await getDefault(away('ollama', false), blueprint)).toBe('blueprint/blueprint');
  });

  it('is one of the first provider that the operator has named, also while that is away', async () => {
    const openai = provide('openai', true, createModel('gpt', 'openai', false));
    expect(await getDefault(openai, provide('ollama', true, createModel('a', 'ollama')), blueprint)).toBe(
      'openai/gpt away',
    );
    await expect(getDefault(away('ollama', true), blueprint)).rejects.toMatchObject({
      code: 'GENERATION_MODEL_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
      details: { provider: 'ollama' },
    });
  });
});

describe('the registry', () => {
  it('says which providers answer, and which models of theirs', async () => {
    const openai = provide('openai', true, createModel('gpt', 'openai'), createModel('o', 'openai', false));
    expect(await new ModelRegistry({ providers: [openai, away('ollama', true)] }).report()).toMatchObject([
      { provider: 'openai', configured: true, available: ['gpt'], unavailable: ['o'], problem: null },
      { provider: 'ollama', configured: true, available: [], problem: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  it('finds names with slashes and colons, and a provider of two that have one name', async () => {
    const registry = new ModelRegistry({
      providers: [
        provide(
          'openai',
          true,
          createModel('deepseek/deepseek-chat:free', 'openai'),
          createModel('gpt-oss:20b', 'openai'),
        ),
        provide('ollama', true, createModel('gpt-oss:20b', 'ollama'), createModel('smollm2:latest', 'ollama')),
      ],
    });
    const find = async (id: string) => {
      const { model } = await registry.get(id);
      return `${model.provider} ${model.id}`;
    };
    expect(await find('deepseek/deepseek-chat:free')).toBe('openai deepseek/deepseek-chat:free');
    expect(await find('gpt-oss:20b')).toBe('openai gpt-oss:20b');
    expect(await find('ollama/gpt-oss:20b')).toBe('ollama gpt-oss:20b');
    expect(await find('ollama/smollm2')).toBe('ollama smollm2:latest');
    await expect(find('ollama/none')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('the models of an Ollama', () => {
  it('are offered although one of them is broken, and only that one is not available', async () => {
    await using ollama = await startRoutes({
      '/api/tags': { models: ['smol:135m', 'broken:1b', 'embed:latest'].map((name) => ({ name, model: name })) },
      '/api/show': (body: string) => {
        if (body.includes('broken')) return undefined;
        return {
          capabilities: [body.includes('embed') ? 'embedding' : 'completion'],
          model_info: { 'a.context_length': 2_048 },
        };
      },
    });
    const find = () => findOllamaModels({ url: ollama.url, contextTokens: 8_192 });
    const listed = await new ModelRegistry({ providers: [{ name: 'ollama', configured: false, find }] }).list();
    expect(listed.map(({ model, available, contextTokens }) => [model.id, available, contextTokens])).toEqual([
      ['smol:135m', true, 2_048],
      ['broken:1b', false, null],
    ]);
  });

  it('cannot be told where nothing answers', async () => {
    const options = { url: 'http://127.0.0.1:1', contextTokens: 8_192 };
    await expect(findOllamaModels(options)).rejects.toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE' });
    expect(await createOllamaModel('a', options).probe()).toEqual({ available: false, contextTokens: null });
  });
});

describe('the probe of a model behind the chat completions API', () => {
  const probe = async (routes: Record<string, unknown>, id: string) => {
    await using server = await startRoutes(routes);
    return await createOpenAiModel(id, {
      server: new OpenAiServer({ apiKey: 'any', baseUrl: `${server.url}/v1` }),
    }).probe();
  };

  it.each([
    ['is listed', { data: [{ id: 'gpt-fake' }, { id: 'other' }] }, true],
    ['is listed behind a prefix', { data: [{ id: 'models/gpt-fake' }, { id: 'other' }] }, true],
    ['is not listed', { data: [{ id: 'a' }, { id: 'b' }] }, false],
    ['is served under another name by a server of one model', { data: [{ id: '/models/qwen.gguf' }] }, true],
    ['cannot be looked up, because there is no list', undefined, true],
    ['cannot be looked up in what is not a list', { models: [] }, true],
  ])('never asks for the model by itself: it %s', async (_, models, available) => {
    expect(await probe(models === undefined ? {} : { '/v1/models': models }, 'gpt-fake')).toMatchObject({ available });
  });

  it('takes the context from the list, whatever the server calls it', async () => {
    for (const field of ['max_model_len', 'context_length', 'max_context_length']) {
      const models = { data: [{ id: 'gpt-fake', [field]: 4_096 }, { id: 'other' }] };
      expect(await probe({ '/v1/models': models }, 'gpt-fake')).toMatchObject({
        available: true,
        contextTokens: 4_096,
      });
    }
  });

  it('finds the model of a variant', () => {
    const models = [{ id: 'deepseek/deepseek-chat', contextTokens: 1 }];
    expect(findServedModel(models, 'deepseek/deepseek-chat:nitro')).toBe(models[0]);
    expect(findServedModel(models, 'deepseek/other')).toBeUndefined();
  });

  it('says that a server is away which nobody answers for', async () => {
    const server = new OpenAiServer({ apiKey: 'any', baseUrl: 'http://127.0.0.1:1/v1' });
    expect(await createOpenAiModel('gpt-fake', { server }).probe()).toMatchObject({ available: false });
  });
});

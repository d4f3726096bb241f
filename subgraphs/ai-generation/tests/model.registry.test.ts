import { createLog } from '@vibecode/platform/log';
import { ModelRegistry } from '../src/models/model.registry.ts';
import { createOllamaModel } from '../src/models/ollama.model.ts';
import { createOpenAiModel } from '../src/models/openai.model.ts';
import { startScriptedOllama } from './scripted.ollama.ts';

describe('the registry of models', () => {
  it.each([
    ['ollama', (url: string) => createOllamaModel('scripted', { url, contextTokens: 1_000 })],
    ['openai', (url: string) => createOpenAiModel('scripted', { apiKey: 'any', baseUrl: `${url}/v1` })],
  ])(
    'logs once that a model of %s does not answer and why, however often it is asked for',
    async (provider, create) => {
      const lines: object[] = [];
      const log = createLog({ service: 'test', destination: { write: (line) => lines.push(JSON.parse(line)) } });
      const ollama = await startScriptedOllama(() => []);
      const registry = new ModelRegistry({ providers: [() => [model]], ttlMs: 0, log });
      const model = create(ollama.url);
      const isAvailable = async () => (await registry.list())[0]?.available;
      expect(await isAvailable()).toBe(true);
      expect(lines).toEqual([]);
      await ollama[Symbol.asyncDispose]();
      expect(await isAvailable()).toBe(false);
      expect(await isAvailable()).toBe(false);
      expect(lines).toMatchObject([
        {
          level: 'WARN',
          action: 'model.away',
          model: 'scripted',
          provider,
          message: "The model 'scripted' does not answer. It is listed as unavailable.",
          error: { message: expect.any(String) },
        },
      ]);
    },
  );
});

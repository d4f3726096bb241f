import { createOllamaEmbedder } from '../src/embedders/ollama.embedder.ts';
import { createOpenAiEmbedder } from '../src/embedders/openai.embedder.ts';
import { describeEmbedder } from './embedder.contract.ts';

const model = 'all-minilm';

function getOllamaUrl(): string {
  const url = process.env.OLLAMA_URL;
  if (!url) throw new Error(`These tests need OLLAMA_URL, an Ollama that has ${model}; see CONTRIBUTING.md.`);
  return url;
}

describeEmbedder('Ollama', async () => ({
  embedder: createOllamaEmbedder({ url: getOllamaUrl(), model, batchSize: 16 }),
  async [Symbol.asyncDispose]() {},
}));

// Ollama speaks the embeddings API as well: a real server for that driver.
describeEmbedder('a server of the embeddings API', async () => ({
  embedder: createOpenAiEmbedder({
    apiKey: 'any',
    baseUrl: `${getOllamaUrl()}/v1`,
    model,
    batchSize: 16,
    mostCharacters: 1_500,
  }),
  async [Symbol.asyncDispose]() {},
}));

it('the dimensions are those of the model', async () => {
  const [vector] = await createOllamaEmbedder({ url: getOllamaUrl(), model }).embed(['text']);
  expect(vector).toHaveLength(384);
});

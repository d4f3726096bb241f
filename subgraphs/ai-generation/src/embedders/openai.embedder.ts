import OpenAI from 'openai';
import type { Embedder } from './embedder.ts';
import { embedInBatches, toUnitVectors } from './vector.batches.ts';

export interface OpenAiEmbedderOptions {
  readonly apiKey: string;
  /** Any server that speaks the embeddings API; default OpenAI's own. */
  readonly baseUrl?: string;
  /** `text-embedding-3-small`. */
  readonly model: string;
  /** Texts of one request. Default 64. */
  readonly batchSize?: number;
  /** Longer texts are cut, because the API refuses what is beyond the model's context. Default 8,000. */
  readonly mostCharacters?: number;
  /** For one request. Default 30,000. */
  readonly timeoutMs?: number;
}

/**
 * A model behind the embeddings API. Nothing is sent before the first text.
 * Source: https://platform.openai.com/docs/api-reference/embeddings
 */
export function createOpenAiEmbedder({
  apiKey,
  baseUrl,
  model,
  batchSize = 64,
  mostCharacters = 8_000,
  timeoutMs = 30_000,
}: OpenAiEmbedderOptions): Embedder {
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 1 });
  const embedder = { id: `openai/${model}` };
  return {
    ...embedder,
    embed: (texts, signal) =>
      embedInBatches(texts, { batchSize, timeoutMs, signal, embedder }, async (batch, limit) => {
        // An empty text is refused. Plain numbers, because not every compatible server encodes in base64 as the package asks.
        const input = batch.map((text) => text.slice(0, mostCharacters) || ' ');
        const { data } = await client.embeddings.create({ model, input, encoding_format: 'float' }, { signal: limit });
        return toUnitVectors(data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding));
      }),
  };
}

import { Ollama } from 'ollama';
import type { Embedder } from './embedder.ts';
import { embedInBatches, toUnitVectors } from './vector.batches.ts';

export interface OllamaEmbedderOptions {
  /** Base URL: `http://127.0.0.1:11434`. */
  readonly url: string;
  /** `nomic-embed-text`, `all-minilm`. */
  readonly model: string;
  /** Texts of one request. Default 32. */
  readonly batchSize?: number;
  /** For one request. Default 30,000: the first one loads the model. */
  readonly timeoutMs?: number;
}

/** The longest context worth its memory: what is embedded here is shorter. */
const MOST_CONTEXT_TOKENS = 2_048;
/** Ollama cuts a long text to the context exactly, and a runner that then adds its own tokens to it crashes (ollama#6094, ollama#7288). */
const SPARE_TOKENS = 8;

/** An embedding model served by Ollama. Nothing is sent before the first text. */
export function createOllamaEmbedder({
  url,
  model,
  batchSize = 32,
  timeoutMs = 30_000,
}: OllamaEmbedderOptions): Embedder {
  const embedder = { id: `ollama/${model}` };
  let contextTokens: number | null = null;
  return {
    ...embedder,
    embed: (texts, signal) =>
      embedInBatches(texts, { batchSize, timeoutMs, signal, embedder }, async (batch, limit) => {
        const client = new Ollama({ host: url, fetch: (input, init) => fetch(input, { ...init, signal: limit }) });
        contextTokens ??= await readContextTokens(client, model);
        const options = { num_ctx: contextTokens - SPARE_TOKENS };
        const { embeddings } = await client.embed({ model, input: [...batch], truncate: true, options });
        return toUnitVectors(embeddings);
      }),
  };
}

async function readContextTokens(client: Ollama, model: string): Promise<number> {
  // The package types model_info as a Map; what arrives is a plain object.
  const { model_info } = (await client.show({ model })) as unknown as {
    model_info?: Readonly<Record<string, unknown>>;
  };
  const [, length] = Object.entries(model_info ?? {}).find(([key]) => key.endsWith('.context_length')) ?? [];
  return Math.min(typeof length === 'number' ? length : MOST_CONTEXT_TOKENS, MOST_CONTEXT_TOKENS);
}

import { Ollama } from 'ollama';
import type { Embedder } from './embedder.ts';
import { embedInBatches, toUnitVectors } from './vector.batches.ts';

export interface OllamaEmbedderOptions {
  /** Base URL: `http://127.0.0.1:11434`. */
  readonly url: string;
  /** Base URLs of further Ollamas, which are asked when it fails. Default none. */
  readonly others?: readonly string[];
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
  others = [],
  model,
  batchSize = 32,
  timeoutMs = 30_000,
}: OllamaEmbedderOptions): Embedder {
  const embedder = { id: `ollama/${model}` };
  const urls = [url, ...others];
  const contextTokens = new Map<string, number>();
  // The one that answered last is asked first.
  let first = 0;

  async function embedAt(at: string, batch: readonly string[], limit: AbortSignal): Promise<number[][]> {
    const client = new Ollama({ host: at, fetch: (input, init) => fetch(input, { ...init, signal: limit }) });
    const context = contextTokens.get(at) ?? (await readContextTokens(client, model));
    contextTokens.set(at, context);
    const options = { num_ctx: context - SPARE_TOKENS };
    const { embeddings } = await client.embed({ model, input: [...batch], truncate: true, options });
    return toUnitVectors(embeddings);
  }

  return {
    ...embedder,
    embed: (texts, signal) =>
      embedInBatches(texts, { batchSize, timeoutMs, signal, embedder }, async (batch, limit) => {
        for (let tries = 1; ; tries += 1) {
          try {
            return await embedAt(urls[first % urls.length]!, batch, limit);
          } catch (error) {
            first += 1;
            if (tries === urls.length || limit.aborted) throw error;
          }
        }
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

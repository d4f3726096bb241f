import { Ollama } from 'ollama';
import type { Embedder } from './embedder.ts';

/** A batch that no model takes longer for, unless it is gone. */
const TIMEOUT_MS = 30_000;

/** An embedding model served by Ollama, or null when none answers or it does not have the model. */
export async function findOllamaEmbedder(url: string, model: string): Promise<Embedder | null> {
  const embed = async (texts: readonly string[], signal?: AbortSignal): Promise<number[][]> => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const limit = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const client = new Ollama({ host: url, fetch: (input, init) => fetch(input, { ...init, signal: limit }) });
    const { embeddings } = await client.embed({ model, input: [...texts], truncate: true });
    return embeddings;
  };
  try {
    const [probe] = await embed(['probe']);
    return probe ? { id: model, dimensions: probe.length, embed } : null;
  } catch {
    return null;
  }
}

import { Ollama } from 'ollama';
import { ModelUnavailableError } from '../errors.ts';
import type { Model, ModelChunk, ModelRequest, ModelStatus } from './model.ts';

export interface OllamaOptions {
  /** Base URL: `http://127.0.0.1:11434`. */
  readonly url: string;
  /**
   * The most context to ask for, in tokens; a model with less gets its own. One fixed size, because Ollama loads the model anew
   * for each other size, and left alone takes 2,048 and silently drops the beginning of a longer prompt.
   */
  readonly contextTokens: number;
  /** How freely it picks its words: 0 gives the same answer to the same prompt. Default: the model's own. */
  readonly temperature?: number;
}

interface ShownModel {
  readonly capabilities?: readonly string[];
  readonly model_info?: Readonly<Record<string, unknown>>;
}

const PROBE_TIMEOUT_MS = 2_000;

/** A client whose every request ends with the signal: the package's own `abort()` misses the wait for the first byte. */
function createClient(url: string, signal: AbortSignal): Ollama {
  return new Ollama({
    host: url,
    fetch: (input, init) =>
      fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal }),
  });
}

/** A model served by Ollama. Source: https://github.com/ollama/ollama/blob/main/docs/api.md */
export function createOllamaModel(id: string, { url, contextTokens: mostContext, temperature }: OllamaOptions): Model {
  let known: ModelStatus | null = null;

  async function probe(signal?: AbortSignal): Promise<ModelStatus> {
    try {
      const shown = await showModel(url, id, signal);
      known = { available: true, contextTokens: Math.min(shown.contextTokens ?? mostContext, mostContext) };
      return known;
    } catch (problem) {
      return { available: false, contextTokens: known?.contextTokens ?? null, problem };
    }
  }

  async function* stream({ messages, maxTokens, signal }: ModelRequest): AsyncGenerator<ModelChunk> {
    signal.throwIfAborted();
    const num_ctx = known?.contextTokens ?? (await probe(signal)).contextTokens ?? mostContext;
    try {
      const chunks = await createClient(url, signal).chat({
        model: id,
        messages: messages.map(({ role, content }) => ({ role, content })),
        stream: true,
        options: { num_predict: maxTokens, num_ctx, ...(temperature !== undefined && { temperature }) },
      });
      for await (const chunk of chunks) {
        const text = chunk.message.content;
        if (!chunk.done) {
          yield { text, tokens: 1 };
          continue;
        }
        yield {
          text,
          tokens: 0,
          end: {
            reason: chunk.done_reason === 'length' ? 'length' : 'stop',
            promptTokens: chunk.prompt_eval_count,
            completionTokens: chunk.eval_count,
          },
        };
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new ModelUnavailableError(
        { id, provider: 'ollama' },
        String(error instanceof Error ? error.message : error),
        error,
      );
    }
  }

  return { id, provider: 'ollama', probe, stream };
}

/** The models an Ollama has that can write text, in its own order; empty when none answers at the URL. */
export async function findOllamaModels(options: OllamaOptions, signal?: AbortSignal): Promise<Model[]> {
  try {
    const { models } = await createClient(options.url, withTimeout(signal)).list();
    const shown = await Promise.all(
      models.map(async ({ name }) => ({ name, chats: (await showModel(options.url, name, signal)).chats })),
    );
    return shown.filter(({ chats }) => chats).map(({ name }) => createOllamaModel(name, options));
  } catch {
    // An Ollama that does not answer offers no models; the list of models shows it.
    return [];
  }
}

async function showModel(url: string, id: string, signal?: AbortSignal) {
  // The package types model_info as a Map; what arrives is a plain object.
  const shown = (await createClient(url, withTimeout(signal)).show({ model: id })) as unknown as ShownModel;
  const [, length] = Object.entries(shown.model_info ?? {}).find(([key]) => key.endsWith('.context_length')) ?? [];
  return {
    chats: shown.capabilities?.includes('completion') ?? true,
    contextTokens: typeof length === 'number' ? length : null,
  };
}

function withTimeout(signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

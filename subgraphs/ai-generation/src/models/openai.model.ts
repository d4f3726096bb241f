import OpenAI from 'openai';
import { ModelUnavailableError } from '../errors.ts';
import type { Model, ModelChunk, ModelRequest, ModelStatus } from './model.ts';

export interface OpenAiOptions {
  readonly apiKey: string;
  /** Any server that speaks the chat completions API; default OpenAI's own. */
  readonly baseUrl?: string;
  /** What prompt and answer may take together. The API does not say, so configuration does; default unknown. */
  readonly contextTokens?: number;
  /** How freely it picks its words. Default: the server's; some models take no other. */
  readonly temperature?: number;
}

const PROBE_TIMEOUT_MS = 2_000;

/** A model behind the chat completions API. Source: https://platform.openai.com/docs/api-reference/chat/create */
export function createOpenAiModel(id: string, { apiKey, baseUrl, contextTokens, temperature }: OpenAiOptions): Model {
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 1 });
  const identity = { id, provider: 'openai' };

  async function probe(signal?: AbortSignal): Promise<ModelStatus> {
    const status = { available: true, contextTokens: contextTokens ?? null };
    return client.models.retrieve(id, { signal, timeout: PROBE_TIMEOUT_MS, maxRetries: 0 }).then(
      () => status,
      (problem) => ({ ...status, available: false, problem }),
    );
  }

  async function* stream({ messages, maxTokens, signal }: ModelRequest): AsyncGenerator<ModelChunk> {
    signal.throwIfAborted();
    const counter = createTokenCounter();
    let end: ModelChunk['end'];
    try {
      const chunks = await client.chat.completions.create(
        {
          model: id,
          messages: messages.map(({ role, content }) => ({ role, content })),
          stream: true,
          stream_options: { include_usage: true },
          temperature,
          // OpenAI's newer models refuse max_tokens; most compatible servers know nothing else.
          ...(baseUrl ? { max_tokens: maxTokens } : { max_completion_tokens: maxTokens }),
        },
        { signal },
      );
      for await (const { choices, usage } of chunks) {
        const [choice] = choices;
        if (choice?.delta.content) yield { text: choice.delta.content, tokens: counter.count(choice.delta.content) };
        if (choice?.finish_reason) end = { ...end, reason: choice.finish_reason === 'length' ? 'length' : 'stop' };
        if (usage) {
          end = {
            reason: end?.reason ?? 'stop',
            promptTokens: usage.prompt_tokens,
            completionTokens: usage.completion_tokens,
          };
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new ModelUnavailableError(identity, error instanceof Error ? error.message : String(error), error);
    }
    // The package ends the iteration quietly when the request is aborted.
    signal.throwIfAborted();
    if (!end) throw new ModelUnavailableError(identity, 'its answer broke off before its end');
    yield { text: '', tokens: 0, end };
  }

  return { ...identity, probe, stream };
}

/**
 * Counts the tokens of an answer as it streams. Each chunk is at least one token, and the whole is at least what its length
 * suggests: some servers send a token a chunk, others join several.
 */
function createTokenCounter(): { count(text: string): number } {
  let chunks = 0;
  let characters = 0;
  let total = 0;
  return {
    count(text) {
      chunks += 1;
      characters += text.length;
      const before = total;
      total = Math.max(chunks, Math.ceil(characters / 4));
      return total - before;
    },
  };
}

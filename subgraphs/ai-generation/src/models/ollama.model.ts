import { AppError } from '@vibecode/platform/errors';
import { type ChatResponse, type Message, Ollama } from 'ollama';
import { ModelUnavailableError } from '../errors.ts';
import { readProviderError, toToolCallPiece } from './chat.chunk.ts';
import { toConnectionFailure, toModelFailure } from './model.failures.ts';
import {
  type Model,
  type ModelChunk,
  type ModelImage,
  type ModelMessage,
  type ModelRequest,
  type ModelStatus,
  toFunction,
  toTokenUsage,
} from './model.ts';
import { fetchProvider } from './provider.fetch.ts';
import { readCallArguments } from './tool.calls.ts';

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
  const fetchWithSignal = (input: string | URL, init: Parameters<typeof fetchProvider>[1] = {}) =>
    fetchProvider(input, { ...init, signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal });
  return new Ollama({ host: url, fetch: fetchWithSignal as unknown as typeof fetch });
}

/** A model served by Ollama. Source: https://github.com/ollama/ollama/blob/main/docs/api.md */
export function createOllamaModel(id: string, { url, contextTokens: mostContext, temperature }: OllamaOptions): Model {
  const identity = { id, provider: 'ollama' };
  let known: ModelStatus | null = null;

  async function probe(signal?: AbortSignal): Promise<ModelStatus> {
    try {
      const shown = await showModel(url, id, signal);
      const { sees: seesImages, calls: callsTools } = shown;
      const contextTokens = Math.min(shown.contextTokens ?? mostContext, mostContext);
      known = { available: true, contextTokens, seesImages, callsTools };
      return known;
    } catch {
      // The model is listed as unavailable until a later probe succeeds.
      return { available: false, contextTokens: known?.contextTokens ?? null };
    }
  }

  async function* stream(request: ModelRequest): AsyncGenerator<ModelChunk> {
    const { messages, images = [], tools = [], mustAnswer = false, maxTokens, signal } = request;
    signal.throwIfAborted();
    const num_ctx = known?.contextTokens ?? (await probe(signal)).contextTokens ?? mostContext;
    try {
      const chunks = await createClient(url, signal).chat({
        model: id,
        messages: messages.map((message) => toChatMessage(message, images)),
        ...(tools.length > 0 && !mustAnswer && { tools: tools.map(toFunction) }),
        stream: true,
        // A prompt that is too long is an error, where Ollama knows these, and not quietly cut at its beginning.
        ...{ truncate: false, shift: false },
        options: { num_predict: maxTokens, num_ctx, ...(temperature !== undefined && { temperature }) },
      });
      let calls = 0;
      for await (const chunk of chunks) {
        yield toChunk(identity, chunk, calls);
        calls += chunk.message?.tool_calls?.length ?? 0;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw toFailure(identity, error);
    }
  }

  return { ...identity, probe, stream };
}

function toChatMessage({ role, content, toolCalls, answers }: ModelMessage, images: readonly ModelImage[]): Message {
  return {
    role,
    content,
    ...(role === 'user' && images.length > 0 && { images: images.map(({ base64 }) => base64) }),
    ...(toolCalls && {
      tool_calls: toolCalls.map(({ name, argumentsText }) => ({
        // Ollama takes arguments as a value; where they are not one, the answer to the call says so.
        function: { name, arguments: readCallArguments(argumentsText) ?? {} },
      })),
    }),
    ...(answers && { tool_name: answers.name }),
  };
}

/** @param earlierCalls how many calls came before: each comes whole, and is counted anew in each chunk */
function toChunk(
  identity: { readonly id: string; readonly provider: string },
  chunk: ChatResponse,
  earlierCalls: number,
): ModelChunk {
  const { content = '', thinking, tool_calls: calls = [] } = chunk.message ?? {};
  const piece = {
    text: content,
    tokens: !chunk.done && (content !== '' || thinking || calls.length > 0) ? 1 : 0,
    ...(calls.length > 0 && {
      toolCalls: calls.map((call, at) => ({ ...toToolCallPiece(call, at), index: earlierCalls + at })),
    }),
  };
  if (!chunk.done) return piece;
  if (chunk.done_reason === 'load' || chunk.done_reason === 'unload') {
    throw new ModelUnavailableError(identity, `it ended its answer with '${chunk.done_reason}'.`);
  }
  return {
    ...piece,
    end: {
      ...toTokenUsage(chunk.prompt_eval_count, chunk.eval_count),
      reason: chunk.done_reason === 'length' ? 'length' : 'stop',
    },
  };
}

function toFailure(identity: { readonly id: string; readonly provider: string }, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { status_code: status, message } = error as { status_code?: unknown; message?: string };
  if (typeof status === 'number') return toModelFailure(identity, readProviderError(message), { status });
  if (message === BROKEN_OFF) return new ModelUnavailableError(identity, 'its answer broke off before its end.');
  if (error instanceof TypeError) return toConnectionFailure(identity, error);
  // An error inside the stream, or what is not JSON.
  return toModelFailure(identity, readProviderError(message ?? String(error)), { status: null });
}

/** What the package says when a stream ends without its last chunk. */
const BROKEN_OFF = 'Did not receive done or success response in stream.';

/**
 * The models an Ollama has that can write text, in its own order. One that it cannot describe is offered all the same: it may be
 * broken, and then says so to those who choose it.
 *
 * @throws ModelUnavailableError when none answers at the URL
 */
export async function findOllamaModels(options: OllamaOptions, signal?: AbortSignal): Promise<Model[]> {
  const names = await listNames(options.url, signal);
  const shown = await Promise.all(
    names.map((name) =>
      showModel(options.url, name, signal).then(
        ({ chats }) => ({ name, chats }),
        // Its own probe says that it is not available.
        () => ({ name, chats: true }),
      ),
    ),
  );
  return shown.filter(({ chats }) => chats).map(({ name }) => createOllamaModel(name, options));
}

async function listNames(url: string, signal?: AbortSignal): Promise<string[]> {
  try {
    const { models } = await createClient(url, withTimeout(signal)).list();
    return models.map(({ name }) => name);
  } catch (error) {
    throw toConnectionFailure({ id: 'any', provider: 'ollama' }, error);
  }
}

async function showModel(url: string, id: string, signal?: AbortSignal) {
  // The package types model_info as a Map; what arrives is a plain object.
  const shown = (await createClient(url, withTimeout(signal)).show({ model: id })) as unknown as ShownModel;
  const [, length] = Object.entries(shown.model_info ?? {}).find(([key]) => key.endsWith('.context_length')) ?? [];
  return {
    chats: shown.capabilities?.includes('completion') ?? true,
    sees: shown.capabilities?.includes('vision') ?? false,
    calls: shown.capabilities?.includes('tools') ?? false,
    contextTokens: typeof length === 'number' ? length : null,
  };
}

function withTimeout(signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

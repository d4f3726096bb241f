import { AppError } from '@vibecode/platform/errors';
import { ModelUnavailableError } from '../errors.ts';
import { type ProviderError, readProviderError } from './chat.chunk.ts';
import { HTML_ANSWERED, readCompletion } from './chat.completion.ts';
import { toConnectionFailure, toModelFailure } from './model.failures.ts';
import {
  type Model,
  type ModelChunk,
  type ModelImage,
  type ModelMessage,
  type ModelRequest,
  type ModelStatus,
  toFunction,
} from './model.ts';
import { findServedModel, type OpenAiServer } from './openai.server.ts';
import { readCallArguments } from './tool.calls.ts';

export interface OpenAiModelOptions {
  readonly server: OpenAiServer;
  /** What prompt and answer may take together; default what the server's list of models says, where it does. */
  readonly contextTokens?: number;
  /** Whether it takes images; no server says so. Default false. */
  readonly seesImages?: boolean;
  /** How freely it picks its words. Default: the server's; some models take no other. */
  readonly temperature?: number;
}

/** What not every server knows. One that refuses a request because of one of them is asked again without it. */
type Parameter = 'stream_options' | 'temperature' | 'max_tokens' | 'max_completion_tokens' | 'tool';

/**
 * A model behind the chat completions API, as OpenAI serves it, and llama.cpp, vLLM, LM Studio, OpenRouter, DeepSeek and many others.
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 */
export function createOpenAiModel(id: string, options: OpenAiModelOptions): Model {
  const { server, contextTokens, temperature, seesImages = false } = options;
  const identity = { id, provider: 'openai' };
  // OpenAI's newer models refuse max_tokens; most compatible servers know nothing else.
  let limitName: Parameter = server.isOpenAi ? 'max_completion_tokens' : 'max_tokens';
  const left = new Set<Parameter>();

  async function probe(): Promise<ModelStatus> {
    const { answers, models } = await server.list();
    const served = models && findServedModel(models, id);
    return {
      // A server that lists no models, or only under a name of its own, is not asked for a veto.
      available: answers && (models === null || models.length <= 1 || served !== undefined),
      contextTokens: contextTokens ?? served?.contextTokens ?? null,
      seesImages,
      callsTools: !left.has('tool'),
    };
  }

  function toBody({ messages, images = [], tools = [], mustAnswer, maxTokens }: ModelRequest): Record<string, unknown> {
    return {
      model: id,
      messages: messages.map((message) => toChatMessage(message, images)),
      stream: true,
      ...(!left.has('stream_options') && { stream_options: { include_usage: true } }),
      ...(temperature !== undefined && !left.has('temperature') && { temperature }),
      ...(!left.has(limitName) && { [limitName]: maxTokens }),
      ...(tools.length > 0 && !left.has('tool') && { tools: tools.map(toFunction) }),
      ...(tools.length > 0 && mustAnswer && { tool_choice: 'none' }),
    };
  }

  /** @returns whether to ask again: the server has refused something that it can do without */
  function adapt({ words }: ProviderError, { messages }: ModelRequest): boolean {
    const named = (['stream_options', 'temperature', limitName, 'tool'] as const).find((name) => words.includes(name));
    if (named === undefined || left.has(named)) return false;
    // In the middle of a conversation with tools, it is about what was called.
    if (named === 'tool' && messages.some(({ toolCalls }) => toolCalls)) return false;
    if (named === 'max_tokens' && words.includes('max_completion_tokens')) limitName = 'max_completion_tokens';
    else left.add(named);
    return true;
  }

  async function open(request: ModelRequest) {
    for (;;) {
      const response = await server.post('chat/completions', toBody(request), request.signal).catch((error) => {
        throw toConnectionFailure(identity, error);
      });
      if (response.ok && response.body) return response.body;
      const body = await response.text().catch((error) => String(error));
      const error = readErrorBody(body);
      if ((response.status === 400 || response.status === 422) && adapt(error, request)) continue;
      throw toModelFailure(identity, error, {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
      });
    }
  }

  async function* stream(request: ModelRequest): AsyncGenerator<ModelChunk> {
    request.signal.throwIfAborted();
    try {
      yield* readCompletion(identity, await open(request));
    } catch (error) {
      request.signal.throwIfAborted();
      if (error instanceof AppError) throw error;
      throw new ModelUnavailableError(identity, `its answer broke off before its end: ${String(error)}`, {
        cause: error,
      });
    }
  }

  return { ...identity, probe, stream };
}

function toChatMessage(
  { role, content, toolCalls, answers }: ModelMessage,
  images: readonly ModelImage[],
): Record<string, unknown> {
  return {
    role,
    content: role === 'user' && images.length > 0 ? toParts(content, images) : content,
    ...(toolCalls && {
      tool_calls: toolCalls.map(({ id, name, argumentsText }) => ({
        id,
        type: 'function',
        // Servers parse it, and refuse the whole conversation for what is not JSON.
        function: {
          name: name || 'unknown',
          arguments: readCallArguments(argumentsText) ? argumentsText || '{}' : '{}',
        },
      })),
    }),
    ...(answers && { tool_call_id: answers.id }),
  };
}

function toParts(text: string, images: readonly ModelImage[]): readonly Record<string, unknown>[] {
  const parts = images.map(({ type, base64 }) => ({
    type: 'image_url',
    image_url: { url: `data:${type};base64,${base64}` },
  }));
  return [{ type: 'text', text }, ...parts];
}

function readErrorBody(body: string): ProviderError {
  try {
    return readProviderError(JSON.parse(body));
  } catch {
    // A proxy in between answers with a page of its own.
    return readProviderError(body.trimStart().startsWith('<') ? HTML_ANSWERED : body);
  }
}

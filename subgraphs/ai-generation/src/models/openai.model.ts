import { AppError } from '@vibecode/platform/errors';
import { ModelUnavailableError } from '../errors.ts';
import { type ChatPiece, type ProviderError, readChatChunk, readProviderError } from './chat.chunk.ts';
import { readFrames } from './chat.frames.ts';
import { toConnectionFailure, toModelFailure } from './model.failures.ts';
import {
  CHARACTERS_PER_TOKEN,
  type EndReason,
  type Model,
  type ModelChunk,
  type ModelRequest,
  type ModelStatus,
  type TokenUsage,
} from './model.ts';
import { findServedModel, type OpenAiServer } from './openai.server.ts';

export interface OpenAiModelOptions {
  readonly server: OpenAiServer;
  /** What prompt and answer may take together; default what the server's list of models says, where it does. */
  readonly contextTokens?: number;
  /** How freely it picks its words. Default: the server's; some models take no other. */
  readonly temperature?: number;
}

/** What not every server knows. One that refuses a request because of one of them is asked again without it. */
type Parameter = 'stream_options' | 'temperature' | 'max_tokens' | 'max_completion_tokens';

const ENDS: Readonly<Record<string, EndReason>> = {
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'length',
  context_length: 'length',
  content_filter: 'filtered',
  safety: 'filtered',
  recitation: 'filtered',
  prohibited_content: 'filtered',
  blocklist: 'filtered',
  refusal: 'filtered',
};
/** Ends that the server is to blame for: the answer is not whole. */
const FAULTS: ReadonlySet<string> = new Set([
  'error',
  'insufficient_system_resource',
  'abort',
  'aborted',
  'cancelled',
  'timeout',
  'malformed_function_call',
]);

/**
 * A model behind the chat completions API, as OpenAI serves it, and llama.cpp, vLLM, LM Studio, OpenRouter, DeepSeek and many others.
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 */
export function createOpenAiModel(id: string, { server, contextTokens, temperature }: OpenAiModelOptions): Model {
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
    };
  }

  function toBody({ messages, maxTokens }: ModelRequest): Record<string, unknown> {
    return {
      model: id,
      messages: messages.map(({ role, content }) => ({ role, content })),
      stream: true,
      ...(!left.has('stream_options') && { stream_options: { include_usage: true } }),
      ...(temperature !== undefined && !left.has('temperature') && { temperature }),
      ...(!left.has(limitName) && { [limitName]: maxTokens }),
    };
  }

  /** @returns whether to ask again: the server has refused something that it can do without */
  function adapt({ words }: ProviderError): boolean {
    const named = (['stream_options', 'temperature', limitName] as const).find((name) => words.includes(name));
    if (named === undefined || left.has(named)) return false;
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
      if ((response.status === 400 || response.status === 422) && adapt(error)) continue;
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

/** The chunks of one answer. Its end is certain only when the server said so, by a reason or by `[DONE]`. */
async function* readCompletion(
  identity: { readonly id: string; readonly provider: string },
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ModelChunk> {
  const counter = createTokenCounter();
  let finish: string | null = null;
  let usage: TokenUsage = {};
  let isDone = false;
  let isEmpty = true;
  for await (const frame of readFrames(body)) {
    if (frame.type === 'life') yield { text: '', tokens: 0 };
    else if (frame.type === 'done') isDone = true;
    else {
      const piece = readPiece(identity, frame);
      if (piece.error) throw toModelFailure(identity, piece.error, { status: null });
      isEmpty &&= !piece.hasChoice;
      finish = piece.finish ?? finish;
      usage = { ...usage, ...piece.usage };
      // Counts alone are the last that a server sends which was asked for them.
      if (piece.usage && !piece.hasChoice && !isEmpty) isDone = true;
      yield toChunk(piece, counter);
    }
  }
  const reason = toEndReason(identity, finish, isDone && !isEmpty);
  yield { text: '', tokens: 0, end: { ...usage, reason } };
}

function readPiece(
  identity: { readonly id: string; readonly provider: string },
  { data, event, last }: { readonly data: string; readonly event: string | null; readonly last: boolean },
): ChatPiece {
  try {
    return readChatChunk(JSON.parse(data), event);
  } catch {
    // Not JSON: the reason follows from what it is instead.
    if (event === 'error') throw toModelFailure(identity, readProviderError(data), { status: null });
    if (data.trimStart().startsWith('<')) throw new ModelUnavailableError(identity, HTML_ANSWERED);
    throw new ModelUnavailableError(
      identity,
      last ? 'its answer broke off before its end.' : `its answer holds what is not JSON: ${data.slice(0, 200)}`,
    );
  }
}

const HTML_ANSWERED = 'the server answered with HTML where JSON was expected. Is its base URL right?';

function readErrorBody(body: string): ProviderError {
  try {
    return readProviderError(JSON.parse(body));
  } catch {
    // A proxy in between answers with a page of its own.
    return readProviderError(body.trimStart().startsWith('<') ? HTML_ANSWERED : body);
  }
}

function toChunk({ text, thought, toolCalls, usage }: ChatPiece, counter: TokenCounter): ModelChunk {
  const produced = text + thought + toolCalls.map(({ name, argumentsText }) => name + argumentsText).join('');
  return {
    text,
    tokens: produced === '' ? 0 : counter.count(produced),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(usage && { usage }),
  };
}

function toEndReason(
  identity: { readonly id: string; readonly provider: string },
  finish: string | null,
  isDone: boolean,
): EndReason {
  if (finish === null) {
    if (isDone) return 'unsaid';
    throw new ModelUnavailableError(identity, 'its answer broke off before its end.');
  }
  const reason = finish.toLowerCase();
  if (FAULTS.has(reason)) throw new ModelUnavailableError(identity, `it ended its answer with '${finish}'.`);
  return ENDS[reason] ?? 'stop';
}

interface TokenCounter {
  count(text: string): number;
}

/**
 * Counts the tokens of an answer as it streams. Each chunk is at least one token, and the whole is at least what its length
 * suggests: some servers send a token a chunk, others join several.
 */
function createTokenCounter(): TokenCounter {
  let chunks = 0;
  let characters = 0;
  let total = 0;
  return {
    count(text) {
      chunks += 1;
      characters += text.length;
      const before = total;
      total = Math.max(chunks, Math.ceil(characters / CHARACTERS_PER_TOKEN));
      return total - before;
    },
  };
}

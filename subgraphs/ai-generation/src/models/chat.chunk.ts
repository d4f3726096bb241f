import { type TokenUsage, type ToolCallPiece, toTokenUsage } from './model.ts';

/** What one value of a streamed chat completion says, whichever server wrote it. */
export interface ChatPiece {
  readonly text: string;
  /** Thoughts that are not part of the answer. */
  readonly thought: string;
  readonly toolCalls: readonly ToolCallPiece[];
  /** As the server wrote it; null while the answer goes on. */
  readonly finish: string | null;
  readonly usage: TokenUsage | null;
  readonly error: ProviderError | null;
  /** Whether it was about the answer at all: a count of tokens alone is not. */
  readonly hasChoice: boolean;
}

export interface ProviderError {
  /** HTTP status, where the server gives one. */
  readonly status: number | null;
  readonly code: string | null;
  readonly words: string;
  readonly promptTokens: number | null;
  readonly contextTokens: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

const THOUGHT_FIELDS = ['reasoning_content', 'reasoning', 'thinking', 'thought'];

/**
 * Takes a chunk, or a whole answer of a server that does not stream, for what it is.
 *
 * @param event name of the server-sent event, which may say that it is an error
 */
export function readChatChunk(value: unknown, event: string | null = null): ChatPiece {
  const chunk = toFields(value);
  const choice = toFields(Array.isArray(chunk.choices) ? chunk.choices[0] : null);
  const said = toFields(choice.delta ?? choice.message);
  const usage = toFields(chunk.usage);
  const content = readContent(said.content ?? choice.text);
  return {
    text: content.text + toText(said.refusal),
    thought: content.thought + THOUGHT_FIELDS.map((field) => toText(said[field])).join(''),
    toolCalls: readToolCalls(said),
    finish: toText(choice.finish_reason) || toText(choice.stop_reason) || null,
    usage: toTokenUsage(usage.prompt_tokens, usage.completion_tokens),
    error: findProviderError(chunk, event) ?? (choice.error ? readProviderError(choice.error) : null),
    hasChoice: Object.keys(choice).length > 0,
  };
}

/** An error in an answer with status 200: in a field of its own, in the place of a chunk, or in an event that says so. */
function findProviderError(chunk: Fields, event: string | null): ProviderError | null {
  if (chunk.error) return readProviderError(chunk.error);
  const isError = event === 'error' || chunk.object === 'error' || chunk.type === 'error';
  if (isError || (chunk.detail !== undefined && chunk.choices === undefined)) return readProviderError(chunk);
  return null;
}

/** The words of an error body, in any of the shapes that servers use; never empty. */
export function readProviderError(body: unknown): ProviderError {
  // Gemini puts its errors into a list.
  const outer = toFields(Array.isArray(body) ? body[0] : body);
  const error = typeof outer.error === 'object' && outer.error !== null ? toFields(outer.error) : outer;
  const metadata = toFields(error.metadata);
  const words =
    [error.message, outer.error, outer.message, error.detail, error.reason, body].map(toWords).find((text) => text) ??
    'it gave no reason.';
  const detail = toWords(metadata.raw);
  const statuses = [error.status, error.code, error.status_code, outer.status].map(Number);
  return {
    status: statuses.find((status) => Number.isInteger(status) && status >= 400 && status < 600) ?? null,
    code: toText(error.code) || toText(error.type) || null,
    words: shorten(detail && !words.includes(detail) ? `${words} (${detail})` : words),
    promptTokens: toCount(error.n_prompt_tokens),
    contextTokens: toCount(error.n_ctx),
  };
}

function readContent(content: unknown): { text: string; thought: string } {
  if (!Array.isArray(content)) return { text: toText(content), thought: '' };
  let [text, thought] = ['', ''];
  for (const part of content.map(toFields)) {
    if (part.type === 'thinking' || part.type === 'reasoning')
      thought += JSON.stringify(part.thinking ?? part.text ?? '');
    else text += toText(part.text);
  }
  return { text, thought };
}

function readToolCalls(said: Fields): ToolCallPiece[] {
  const calls: readonly unknown[] = Array.isArray(said.tool_calls) ? said.tool_calls : [];
  const legacy = said.function_call ? [{ index: 0, function: said.function_call }] : [];
  return [...calls, ...legacy].map((call, position) => toToolCallPiece(call, position));
}

/** Of a call as a provider sends it. Arguments come as the text of a JSON value, or as the value. */
export function toToolCallPiece(value: unknown, position: number): ToolCallPiece {
  const call = toFields(value);
  const called = toFields(call.function ?? call);
  const given = called.arguments ?? called.parameters ?? '';
  return {
    index: typeof call.index === 'number' ? call.index : position,
    ...(typeof call.id === 'string' && call.id !== '' && { id: call.id }),
    name: toText(called.name),
    argumentsText: typeof given === 'string' ? given : JSON.stringify(given),
  };
}

function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function toWords(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return Array.isArray(value) || (typeof value === 'object' && value !== null) ? JSON.stringify(value) : '';
}

function toCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

const MOST_WORDS_CHARACTERS = 500;

function shorten(words: string): string {
  const text = words.toWellFormed().replaceAll('\0', '');
  return text.length > MOST_WORDS_CHARACTERS ? `${text.slice(0, MOST_WORDS_CHARACTERS - 1).toWellFormed()}…` : text;
}

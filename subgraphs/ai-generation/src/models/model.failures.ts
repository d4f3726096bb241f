import type { AppError } from '@vibecode/platform/errors';
import { AnswerFilteredError, ContextExceededError, ModelRefusedError, ModelUnavailableError } from '../errors.ts';
import type { ProviderError } from './chat.chunk.ts';

interface ModelIdentity {
  readonly id: string;
  readonly provider: string;
}

/** What providers say when a prompt is over the context. */
const CONTEXT_CODES: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'exceed_context_size_error',
  'context_window_exceeded',
  'string_above_max_length',
]);
const CONTEXT_WORDS =
  /context (?:length|size|window)|maximum context|max(?:imum)? (?:prompt|input) (?:length|tokens)|prompt is too long|input (?:is too long|token count|length)|exceeds the (?:available |maximum )?(?:context|number of tokens)|too many tokens/i;
const FILTER_WORDS = /content[ _](?:filter|policy|management)|safety (?:system|filter|setting)|responsible ai/i;
/** Counts of tokens in a message, with or without separators. */
const NUMBER = /\d[\d,]*/g;

const FIRST_RETRY_MS = 500;
/** A server that wants to be left alone for longer is not waited for. */
const MOST_RETRY_MS = 20_000;
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504, 529]);

/**
 * What an error of a provider means for the one who asked: whether the request is at fault, or the server.
 *
 * @param status HTTP status of the answer; null for an error inside a stream that had begun well
 * @param retryAfter the header, as the server sent it
 */
export function toModelFailure(
  model: ModelIdentity,
  error: ProviderError,
  { status, retryAfter = null, now = Date.now() }: { status: number | null; retryAfter?: string | null; now?: number },
): AppError {
  const known = status !== null && status >= 400 ? status : error.status;
  const { words } = error;
  if (isContextError(error, known)) return new ContextExceededError(model, findContextSize(error), words);
  if (error.code === 'content_filter' || (known === 400 && FILTER_WORDS.test(words))) {
    return new AnswerFilteredError(model, words);
  }
  if (known !== null && blamesRequest(known)) return new ModelRefusedError(model, words);
  const limited = known === 429;
  const exhausted = error.code === 'insufficient_quota';
  const waitMs = findRetryAfterMs(retryAfter, now);
  const isRetried = status !== null && RETRIED_STATUSES.has(status) && !exhausted;
  const retryAfterMs = isRetried && (waitMs ?? 0) <= MOST_RETRY_MS ? (waitMs ?? FIRST_RETRY_MS) : null;
  const wait = waitMs === null ? '' : ` It may be asked again in ${Math.ceil(waitMs / 1_000)} seconds.`;
  return new ModelUnavailableError(model, `${known === null ? '' : `${known} `}${words}${wait}`, {
    retryAfterMs,
    countsAsFault: !limited,
  });
}

/** A request that could not be sent, or whose connection broke. */
export function toConnectionFailure(model: ModelIdentity, error: unknown): ModelUnavailableError {
  return new ModelUnavailableError(model, describeConnectionError(error), {
    cause: error,
    retryAfterMs: FIRST_RETRY_MS,
  });
}

function describeConnectionError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says 'fetch failed' or 'terminated', and keeps what happened in the cause.
  const cause = error.cause instanceof Error ? error.cause : error;
  const { code } = cause as { code?: unknown };
  const text = cause.message || (typeof code === 'string' ? code : error.message);
  return text.endsWith('.') ? text : `${text}.`;
}

/** 401 and 403 blame the operator's key, 404 the configured name, 408 and 429 the load: all of them are the server's side. */
function blamesRequest(status: number): boolean {
  return [400, 405, 406, 410, 411, 413, 414, 415, 422, 431].includes(status);
}

function isContextError({ code, words, contextTokens }: ProviderError, status: number | null): boolean {
  if (contextTokens !== null || (code !== null && CONTEXT_CODES.has(code))) return true;
  return (status === null || status === 400 || status === 413 || status === 422) && CONTEXT_WORDS.test(words);
}

/** The two counts of a message: the larger one is the prompt's, or there would be no error. */
function findContextSize({ words, promptTokens, contextTokens }: ProviderError) {
  if (promptTokens !== null && contextTokens !== null) return { promptTokens, contextTokens };
  const counts = [...words.matchAll(NUMBER)]
    .map(([digits]) => Number(digits.replaceAll(',', '')))
    .filter((n) => n >= 64);
  const [first = null, ...others] = counts;
  const other = others.find((count) => count !== first) ?? null;
  if (first === null || other === null) return { promptTokens, contextTokens: contextTokens ?? first };
  return { promptTokens: Math.max(first, other), contextTokens: Math.min(first, other) };
}

/** Seconds or a date, as HTTP has it; null when there is none that can be read. */
function findRetryAfterMs(header: string | null, now: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1_000) : null;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

import type { Response } from 'undici';
import { z } from 'zod';
import { toTokenCount } from './model.ts';
import { fetchProvider } from './provider.fetch.ts';

export interface OpenAiServerOptions {
  readonly apiKey: string;
  /** Any server that speaks the chat completions API; default OpenAI's own. */
  readonly baseUrl?: string;
  readonly now?: () => number;
}

export interface ServedModel {
  readonly id: string;
  readonly contextTokens: number | null;
}

export interface ServedModels {
  /** Whether the server can be reached, and takes the key. */
  readonly answers: boolean;
  /** Null when the server has no list. */
  readonly models: readonly ServedModel[] | null;
}

const OPENAI_URL = 'https://api.openai.com/v1';
const LIST_TIMEOUT_MS = 2_000;
/** The models of one server are asked for their state together: they share the list. */
const LIST_TTL_MS = 1_000;

const listedModels = z.object({ data: z.array(z.looseObject({ id: z.string() })) });
const CONTEXT_FIELDS = ['max_model_len', 'context_length', 'max_context_length', 'context_window'];

/** One server of the chat completions API. */
export class OpenAiServer {
  readonly isOpenAi: boolean;
  readonly #url: string;
  readonly #apiKey: string;
  readonly #now: () => number;
  #listed: { readonly at: number; readonly answer: Promise<ServedModels> } | null = null;

  constructor({ apiKey, baseUrl, now = Date.now }: OpenAiServerOptions) {
    this.isOpenAi = baseUrl === undefined;
    this.#url = (baseUrl ?? OPENAI_URL).replace(/\/$/, '');
    this.#apiKey = apiKey;
    this.#now = now;
  }

  post(path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    return fetchProvider(`${this.#url}/${path}`, {
      method: 'POST',
      headers: {
        ...this.#headers(),
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
      },
      body: JSON.stringify(body),
      signal,
    });
  }

  /** What the server says it has; those who ask at the same time share the answer. Never rejects. */
  list(): Promise<ServedModels> {
    if (!this.#listed || this.#now() - this.#listed.at >= LIST_TTL_MS) {
      this.#listed = { at: this.#now(), answer: this.#askForList() };
    }
    return this.#listed.answer;
  }

  async #askForList(): Promise<ServedModels> {
    try {
      const response = await fetchProvider(`${this.#url}/models`, {
        headers: this.#headers(),
        signal: AbortSignal.timeout(LIST_TIMEOUT_MS),
      });
      const body = await response.text();
      const { status } = response;
      if (status >= 500 || status === 401 || status === 403) return { answers: false, models: null };
      return { answers: true, models: response.ok ? readList(body) : null };
    } catch {
      // Whoever asks is told that the server does not answer.
      return { answers: false, models: null };
    }
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#apiKey}` };
  }
}

/**
 * The entry for a configured name. Names hold slashes and colons: `models/gemini-2.5-flash` is listed for `gemini-2.5-flash`, and
 * a variant behind a colon (`deepseek/deepseek-chat:nitro`) need not be listed by itself.
 */
export function findServedModel(models: readonly ServedModel[], name: string): ServedModel | undefined {
  const find = (wanted: string) => models.find(({ id }) => id === wanted || id === `models/${wanted}`);
  const variantAt = name.lastIndexOf(':');
  return find(name) ?? (variantAt > 0 ? find(name.slice(0, variantAt)) : undefined);
}

function readList(body: string): readonly ServedModel[] | null {
  try {
    return listedModels.parse(JSON.parse(body)).data.map((model) => ({
      id: model.id,
      contextTokens: CONTEXT_FIELDS.map((field) => toTokenCount(model[field])).find((count) => count) ?? null,
    }));
  } catch {
    // What is not a list says nothing about the models.
    return null;
  }
}

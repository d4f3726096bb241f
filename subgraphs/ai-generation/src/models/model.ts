/**
 * What a language model is to this service. One driver per provider stands beside this file (`ollama.model.ts`,
 * `openai.model.ts`, `blueprint.model.ts`); one contract suite runs over all of them.
 */
export interface Model {
  /** What a client passes to `startGeneration(input: { model })`, unique among the configured models: `smollm2:135m`. */
  readonly id: string;
  /** Who runs it: `ollama`, `openai`, `blueprint`. Shown wherever the model is. */
  readonly provider: string;
  /** Asks the provider. Answers within a second or two, and never throws: what cannot be reached is not available. */
  probe(signal?: AbortSignal): Promise<ModelStatus>;
  /**
   * Streams one answer. Nothing is sent to the provider before the first `next()`. When `signal` aborts, the provider is told at
   * once (it stops computing within a second) and the iteration throws the signal's reason.
   *
   * @throws AppError GENERATION_MODEL_UNAVAILABLE when the provider cannot be reached or refuses
   */
  stream(request: ModelRequest): AsyncIterable<ModelChunk>;
}

export interface ModelStatus {
  readonly available: boolean;
  /** Tokens that prompt and answer may take together; null when the provider does not say. */
  readonly contextTokens: number | null;
  /** Why the model is not available, for the log. */
  readonly problem?: unknown;
}

export interface ModelRequest {
  /** What the user asked for, as typed. */
  readonly prompt: string;
  /** The prompt as built from the user's, the project and the retrieved templates; chat models get these. */
  readonly messages: readonly ModelMessage[];
  /** Retrieved templates, best first. */
  readonly templates: readonly RetrievedTemplate[];
  /** What the project is written in, lower case (`javascript`), where it says. */
  readonly language: string | null;
  readonly framework: string | null;
  /** The most tokens to answer with; the provider is told, so that it stops by itself. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface RetrievedTemplate {
  readonly template: TemplateContent;
  /** Similarity, 0 to 1. */
  readonly score: number;
}

export interface TemplateContent {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly language: string;
  readonly framework: string | null;
  readonly tags: readonly string[];
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

/** A piece of an answer. The texts of all chunks, joined, are the answer. */
export interface ModelChunk {
  readonly text: string;
  /** Tokens this piece took: counted as they stream, because a provider's own count never comes after an abort. */
  readonly tokens: number;
  /** Only on the last chunk of an answer that was not aborted. */
  readonly end?: ModelEnd;
}

export interface ModelEnd {
  /** `length`: the answer was cut at `maxTokens` or at the model's context. */
  readonly reason: 'stop' | 'length';
  /** The provider's own counts, where it gives them; they replace what was counted on the way. */
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/** The usual rule of thumb for English and code. */
export const CHARACTERS_PER_TOKEN = 4;

/** Tokens of a text where no tokenizer is at hand. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

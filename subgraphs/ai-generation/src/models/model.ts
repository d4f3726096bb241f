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
   * @throws AppError GENERATION_MODEL_UNAVAILABLE when the provider cannot be reached, fails, or ends the answer before its end;
   *   GENERATION_REQUEST_REFUSED, GENERATION_CONTEXT_EXCEEDED and GENERATION_FILTERED when it refuses this request
   */
  stream(request: ModelRequest): AsyncIterable<ModelChunk>;
}

export interface ModelStatus {
  readonly available: boolean;
  /** Tokens that prompt and answer may take together; null when the provider does not say. */
  readonly contextTokens: number | null;
  /** Whether it takes images. Default false. */
  readonly seesImages?: boolean;
  /** Whether it takes tools, and waits for what they answer. Default false. */
  readonly callsTools?: boolean;
}

/** A tool as a model is told of it. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema of an object. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** A call of a tool, whole. */
export interface ToolCall {
  /** What the answer to it names; unique in a conversation. */
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it. */
  readonly argumentsText: string;
}

/** An image of a request. */
export interface ModelImage {
  /** `image/png`, `image/jpeg`, `image/gif` or `image/webp`. */
  readonly type: string;
  readonly base64: string;
}

export interface ModelRequest {
  /** What the user asked for, as typed. */
  readonly prompt: string;
  /** The prompt as built from the user's, the project and the retrieved templates; chat models get these. */
  readonly messages: readonly ModelMessage[];
  /** What it may call. Default: nothing. Only a model that calls tools gets any. */
  readonly tools?: readonly ModelTool[];
  /** Whether it may call none of them any more: they are named because the messages hold calls. Default false. */
  readonly mustAnswer?: boolean;
  /** Images that belong to the user's message. Default: none. Only a model that sees images gets any. */
  readonly images?: readonly ModelImage[];
  /** Retrieved templates, best first. */
  readonly templates: readonly RetrievedTemplate[];
  /** The score from which a template fits the request. */
  readonly leastScore: () => Promise<number>;
  /** What the project is written in, lower case (`javascript`), where it says. */
  readonly language: string | null;
  readonly framework: string | null;
  /** What the project holds. */
  readonly existingPaths: readonly string[];
  /** What the tags of this answer have behind their names: a word that stands in no file. */
  readonly delimiter: string;
  /** The most tokens to answer with; the provider is told, so that it stops by itself. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  /** Of an assistant: what it called. */
  readonly toolCalls?: readonly ToolCall[];
  /** Of a tool: the call that it answers. */
  readonly answers?: ToolCall;
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

/**
 * A piece of an answer. The texts of all chunks, joined, are the answer. One without text is a sign of life: a thought that is not
 * part of the answer, or a comment that keeps the connection open.
 */
export interface ModelChunk {
  readonly text: string;
  /** Tokens this piece took: counted as they stream, because a provider's own count never comes after an abort. */
  readonly tokens: number;
  /** Pieces of calls of tools, in the order they came. */
  readonly toolCalls?: readonly ToolCallPiece[];
  /** The calls so far are whole, and the model waits for what they answer. */
  readonly areCallsWhole?: true;
  /** The provider's own count so far, where it gives one on the way; it replaces what was counted. */
  readonly usage?: TokenUsage;
  /** Only on the last chunk of an answer that was not aborted. */
  readonly end?: ModelEnd;
}

/** Providers send a call whole, or its arguments in pieces under the same index. */
export interface ToolCallPiece {
  readonly index: number;
  /** As the provider names the call; many name none. */
  readonly id?: string;
  /** Empty in all pieces but the first. */
  readonly name: string;
  /** The next part of the arguments' JSON. */
  readonly argumentsText: string;
}

/** Positive whole numbers; what a provider does not say is left out. */
export interface TokenUsage {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/**
 * `length`: the answer was cut at `maxTokens` or at the model's context. `filtered`: the provider withheld the rest. `unsaid`: the
 * answer ended in good order, but the provider did not say why: it is whole only if nothing in it is left open.
 */
export type EndReason = 'stop' | 'length' | 'filtered' | 'unsaid';

export interface ModelEnd extends TokenUsage {
  readonly reason: EndReason;
}

/** A tool in the words of the chat completions API, which Ollama has taken over. */
export function toFunction({ name, description, inputSchema: parameters }: ModelTool) {
  return { type: 'function', function: { name, description, parameters } };
}

/** A count as a provider gave it: zero, negative and broken ones are as good as none. */
export function toTokenCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** The counts that are there; null when there are none. */
export function toTokenUsage(promptTokens: unknown, completionTokens: unknown): TokenUsage | null {
  const [prompt, completion] = [toTokenCount(promptTokens), toTokenCount(completionTokens)];
  if (prompt === undefined && completion === undefined) return null;
  return {
    ...(prompt !== undefined && { promptTokens: prompt }),
    ...(completion !== undefined && { completionTokens: completion }),
  };
}

/** The usual rule of thumb for English and code. */
export const CHARACTERS_PER_TOKEN = 4;

/** Tokens of a text where no tokenizer is at hand. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

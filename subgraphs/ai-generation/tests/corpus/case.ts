/** An answer as a server sent it. `§` stands for the delimiter that the prompt had asked for. */
export interface RecordedAnswer {
  /** Contents of the streamed chunks, or whole deltas. */
  readonly deltas?: readonly (string | Readonly<Record<string, unknown>>)[];
  /** Default `stop`; null for a server that does not say. */
  readonly finish?: string | null;
  /** Default 100 and 30 tokens; null for none. */
  readonly usage?: Readonly<Record<string, unknown>> | null;
  /** Whether `[DONE]` comes. Default true. */
  readonly done?: boolean;
  /** The body as it was, in the pieces in which it came, in place of `deltas`. */
  readonly raw?: readonly (string | Uint8Array)[];
  /** Lines of Ollama's own protocol. */
  readonly ollama?: readonly unknown[];
  readonly status?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly breaksConnection?: 'before' | 'after';
}

export interface RecordedCase {
  /** Unique; also the name of the model that sends it. */
  readonly name: string;
  readonly language?: string;
  /** What the project holds before. */
  readonly files?: Readonly<Record<string, string>>;
  readonly prompt?: string;
  readonly maxTokens?: number;
  readonly sends: RecordedAnswer;
  /** What is answered when the model is asked again; default the same. */
  readonly again?: RecordedAnswer;
  readonly expected: {
    /** Files of the project behind it, beside those that stay as they were. Null for one that is gone. */
    readonly files?: Readonly<Record<string, string | null>>;
    /** Code of the failure; default it completes. */
    readonly code?: string;
    /** Stands in the message of the failure. */
    readonly says?: string | readonly string[];
    /** Stands in a note behind the answer. */
    readonly notes?: string;
    readonly completionTokens?: number;
    readonly promptTokens?: number;
    /** How often the model is asked. Default 1. */
    readonly asked?: number;
    /** Operations of the changeset, in order. */
    readonly operations?: readonly string[];
  };
}

/** A tagged block of the plain kind. */
export const file = (path: string, content: string) => `<file path="${path}">\n${content}</file>\n`;
/** One of the kind that was asked for. */
export const strict = (path: string, content: string) => `<file-§ path="${path}">\n${content}</file-§>\n`;
export const edit = (path: string, search: string, replace: string) =>
  `<edit path="${path}">\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n</edit>\n`;
export const fence = (info: string, content: string) => `\`\`\`${info}\n${content}\`\`\`\n`;
export const HI = 'console.log("hi");\n';
/** One chunk of a stream. */
export const sse = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
export const delta = (content: string, finish_reason: string | null = null) =>
  sse({ choices: [{ index: 0, delta: { content }, finish_reason }] });
export const DONE = 'data: [DONE]\n\n';

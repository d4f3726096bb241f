import type { Logger } from '@vibecode/platform/log';
import type { AiGenerationEnv } from '../env.ts';
import { type EmbedderGuardOptions, GuardedEmbedder } from './embedder.guard.ts';
import type { Embedder } from './embedder.ts';
import { createHashingEmbedder } from './hashing.embedder.ts';
import { createOllamaEmbedder } from './ollama.embedder.ts';
import { createOpenAiEmbedder } from './openai.embedder.ts';

export interface EmbedderRegistryOptions extends EmbedderGuardOptions {
  /** What templates are embedded with, the preferred one first. */
  readonly configured: readonly Embedder[];
  /** Those among them that nobody asked for by name. Default none. */
  readonly unwanted?: readonly Embedder[];
  /** The embedder of an id that earlier settings named, or null. Default: there is none. */
  readonly create?: (id: string) => Embedder | null;
}

/** The embedders that templates are embedded with, and those whose vectors may still be there from earlier settings. */
export class EmbedderRegistry {
  /** The preferred one first. */
  readonly configured: readonly GuardedEmbedder[];
  readonly #options: EmbedderRegistryOptions;
  readonly #earlier = new Map<string, GuardedEmbedder | null>();

  constructor(options: EmbedderRegistryOptions) {
    const { configured, unwanted = [] } = options;
    this.#options = options;
    this.configured = configured.map(
      (embedder) => new GuardedEmbedder(embedder, { ...options, wanted: !unwanted.includes(embedder) }),
    );
  }

  /** Null if the settings say too little to reach the embedder of this id. */
  find(id: string): GuardedEmbedder | null {
    const configured = this.configured.find((embedder) => embedder.id === id);
    if (configured) return configured;
    if (!this.#earlier.has(id)) {
      const embedder = this.#options.create?.(id) ?? null;
      this.#earlier.set(id, embedder && new GuardedEmbedder(embedder, { ...this.#options, wanted: false }));
    }
    return this.#earlier.get(id)!;
  }
}

const DEFAULT_OLLAMA_MODEL = 'nomic-embed-text';

/**
 * An embedder that the settings name is the only one, also while it is away. Without one, Ollama's is preferred whenever it
 * answers, and the hashing embedder stands by.
 */
export function createEmbedderRegistry(env: AiGenerationEnv, log: Logger): EmbedderRegistry {
  const { OPENAI_EMBEDDING_MODEL, EMBEDDING_MODEL } = env;
  const [url, ...others] = env.OLLAMA_URL as [string, ...string[]];
  const createOpenAi = (model: string) =>
    createOpenAiEmbedder({ model, apiKey: env.OPENAI_API_KEY ?? 'none', baseUrl: env.OPENAI_BASE_URL });
  const createOllama = (model: string) => createOllamaEmbedder({ url, others, model });
  const hashing = createHashingEmbedder();
  const create = (id: string): Embedder | null => {
    if (id === hashing.id) return hashing;
    const [, provider, model] = /^(ollama|openai)\/(.+)$/.exec(id) ?? [];
    if (provider === 'ollama') return createOllama(model!);
    const reachable = env.OPENAI_API_KEY !== undefined || env.OPENAI_BASE_URL !== undefined;
    return provider === 'openai' && reachable ? createOpenAi(model!) : null;
  };
  if (OPENAI_EMBEDDING_MODEL)
    return new EmbedderRegistry({ configured: [createOpenAi(OPENAI_EMBEDDING_MODEL)], create, log });
  if (EMBEDDING_MODEL) return new EmbedderRegistry({ configured: [createOllama(EMBEDDING_MODEL)], create, log });
  const ollama = createOllama(DEFAULT_OLLAMA_MODEL);
  return new EmbedderRegistry({ configured: [ollama, hashing], unwanted: [ollama], create, log });
}

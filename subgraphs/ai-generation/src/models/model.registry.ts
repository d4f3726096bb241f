import { InvalidInputError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { Outage } from '@vibecode/platform/outage';
import { ModelUnavailableError } from '../errors.ts';
import type { Model, ModelStatus } from './model.ts';

export interface ModelRegistryOptions {
  /** Providers in order of preference; each call asks for what it has now, and an unreachable one has none. */
  readonly providers: readonly ModelProvider[];
  /** Id of the model to use where a request names none. Default: the first that is available. */
  readonly defaultModel?: string;
  /** Id of the model that takes over when the chosen one is not available. Default: none takes over. */
  readonly fallbackModel?: string;
  /** For how long an answer of the providers is trusted. Default 5,000. */
  readonly ttlMs?: number;
  readonly now?: () => number;
  /** For the lines that say that a model has become unavailable, and that it is back. Default none. */
  readonly log?: Logger;
}

export type ModelProvider = (signal?: AbortSignal) => Promise<readonly Model[]> | readonly Model[];

export interface ListedModel extends ModelStatus {
  readonly model: Model;
  readonly default: boolean;
}

/** The models there are, by configuration alone. */
export class ModelRegistry {
  readonly #options: Required<Pick<ModelRegistryOptions, 'ttlMs' | 'now'>> & ModelRegistryOptions;
  readonly #outages = new Map<string, Outage>();
  #listed: { readonly at: number; readonly models: Promise<readonly ListedModel[]> } | null = null;

  constructor(options: ModelRegistryOptions) {
    this.#options = { ttlMs: 5_000, now: Date.now, ...options };
  }

  /** Every configured model, the unavailable ones too. One is the default, unless the configured default has gone. */
  async list(): Promise<readonly ListedModel[]> {
    const { now, ttlMs } = this.#options;
    if (!this.#listed || now() - this.#listed.at >= ttlMs) this.#listed = { at: now(), models: this.#ask() };
    return this.#listed.models;
  }

  /**
   * The model for a request.
   *
   * @param id null for the default
   * @throws InvalidInputError naming the known models when the id is not one of them
   */
  async get(id: string | null): Promise<ListedModel> {
    const models = await this.list();
    const found = id === null ? models.find((listed) => listed.default) : findById(models, id);
    if (found) return found;
    if (id === null) {
      const missing = { id: this.#options.defaultModel ?? '', provider: 'no provider' };
      throw new ModelUnavailableError(missing, 'it is the default, and no provider that answers has it.');
    }
    const known = models.map(({ model }) => model.id);
    throw new InvalidInputError(
      'model',
      `There is no model '${id}'. Expected one of ${known.map((name) => `'${name}'`).join(', ')}, or none for the default.`,
      { details: { known } },
    );
  }

  /** The model that takes over for one that is not available, or null. */
  async findFallback(failed: Model): Promise<ListedModel | null> {
    const { fallbackModel } = this.#options;
    if (fallbackModel === undefined || fallbackModel === failed.id) return null;
    return findById(await this.list(), fallbackModel) ?? null;
  }

  async #ask(): Promise<readonly ListedModel[]> {
    const perProvider = await Promise.all(this.#options.providers.map((provider) => provider()));
    const listed = await Promise.all(
      perProvider.flat().map(async (model) => {
        const { available, contextTokens, problem } = await model.probe();
        if (available) this.#outageOf(model).succeed();
        else this.#outageOf(model).fail(problem);
        return { model, available, contextTokens, default: false };
      }),
    );
    const { defaultModel } = this.#options;
    const chosen =
      defaultModel === undefined ? listed.find(({ available }) => available) : findById(listed, defaultModel);
    return listed.map((entry) => ({ ...entry, default: entry === chosen }));
  }

  #outageOf({ id, provider }: Model): Outage {
    let outage = this.#outages.get(id);
    if (!outage) {
      const { log } = this.#options;
      outage = new Outage({
        log,
        begins: { action: 'model.away', message: `The model '${id}' does not answer. It is listed as unavailable.` },
        ends: { action: 'model.back', message: `The model '${id}' answers again.` },
        fields: { model: id, provider },
      });
      this.#outages.set(id, outage);
    }
    return outage;
  }
}

/** `smollm2` also finds `smollm2:latest`, as Ollama itself has it. */
function findById(models: readonly ListedModel[], id: string): ListedModel | undefined {
  return models.find(({ model }) => model.id === id) ?? models.find(({ model }) => model.id === `${id}:latest`);
}

import { InvalidInputError } from '@vibecode/platform/errors';
import { ModelUnavailableError } from '../errors.ts';
import type { Model, ModelStatus } from './model.ts';

export interface ModelRegistryOptions {
  /** In order of preference; each call asks for what they have now. */
  readonly providers: readonly ModelProvider[];
  /** Id of the model to use where a request names none. Default: see `ModelProvider.configured`. */
  readonly defaultModel?: string;
  /** Id of the model that takes over when the chosen one is not available. Default: none takes over. */
  readonly fallbackModel?: string;
  /** For how long an answer of the providers is trusted. Default 5,000. */
  readonly ttlMs?: number;
  readonly now?: () => number;
}

export interface ModelProvider {
  /** `openai`, `ollama`, `blueprint`. */
  readonly name: string;
  /**
   * Whether the operator has named it. The default model is one of the first such provider, and while that one is away, requests
   * without a model fail: no other model answers in its place. Without any such provider, the first model that is available answers.
   */
  readonly configured: boolean;
  /** @throws when the provider does not answer */
  find(): Promise<readonly Model[]> | readonly Model[];
}

export interface ListedModel extends ModelStatus {
  readonly model: Model;
  readonly default: boolean;
}

/** What a provider answered when it was asked for its models. */
export interface ProviderReport {
  readonly provider: string;
  readonly configured: boolean;
  /** Ids of the models that can be used now. */
  readonly available: readonly string[];
  /** Ids of those that cannot. */
  readonly unavailable: readonly string[];
  /** Why there are none; null when the provider answered. */
  readonly problem: string | null;
}

interface Listing {
  readonly models: readonly ListedModel[];
  readonly reports: readonly ProviderReport[];
  /** The configured provider whose models are the default, and why it has none. */
  readonly awaited: ProviderReport | null;
}

/** The models there are, by configuration alone. */
export class ModelRegistry {
  readonly #options: Required<Pick<ModelRegistryOptions, 'ttlMs' | 'now'>> & ModelRegistryOptions;
  #listed: { readonly at: number; readonly listing: Promise<Listing> } | null = null;

  constructor(options: ModelRegistryOptions) {
    this.#options = { ttlMs: 5_000, now: Date.now, ...options };
  }

  /** Every configured model, the unavailable ones too. One is the default, unless the configured default has gone. */
  async list(): Promise<readonly ListedModel[]> {
    return (await this.#look()).models;
  }

  /** Which providers answer, and with what. */
  async report(): Promise<readonly ProviderReport[]> {
    return (await this.#look()).reports;
  }

  /**
   * The model for a request.
   *
   * @param id null for the default
   * @throws InvalidInputError naming the known models when the id is not one of them
   * @throws ModelUnavailableError when it belongs to a provider that is away
   */
  async get(id: string | null): Promise<ListedModel> {
    const { models, reports, awaited } = await this.#look();
    const found = id === null ? models.find((listed) => listed.default) : findById(models, id);
    if (found) return found;
    if (id === null) {
      const missing = { id: this.#options.defaultModel ?? 'any', provider: awaited?.provider ?? 'no provider' };
      throw new ModelUnavailableError(
        missing,
        awaited?.problem ?? 'it is the default, and no provider that answers has it.',
      );
    }
    const known = models.map(({ model }) => model.id);
    const away = reports.filter(({ configured, problem }) => configured && problem !== null);
    throw new InvalidInputError(
      'model',
      `There is no model '${id}'. Expected one of ${known.map((name) => `'${name}'`).join(', ')}, or none for the default.${
        away.length === 0
          ? ''
          : ` Not asked, because they do not answer: ${away.map(({ provider }) => provider).join(', ')}.`
      }`,
      { details: { known } },
    );
  }

  /** Asks the providers anew next time: one of them has just failed. */
  forget(): void {
    this.#listed = null;
  }

  /** Whether the provider answers for the model. One that answers, and does not have the model, is reachable: it is not away. */
  async isReachable(id: string, provider: string): Promise<boolean> {
    const { models, reports } = await this.#look();
    const found = findById(models, id);
    if (found) return found.available;
    return reports.every((report) => report.provider !== provider || report.problem === null);
  }

  /** The model that takes over for one that is not available, or null. */
  async findFallback(failed: Pick<Model, 'id'>): Promise<ListedModel | null> {
    const { fallbackModel } = this.#options;
    if (fallbackModel === undefined || fallbackModel === failed.id) return null;
    return findById(await this.list(), fallbackModel) ?? null;
  }

  #look(): Promise<Listing> {
    const { now, ttlMs } = this.#options;
    if (!this.#listed || now() - this.#listed.at >= ttlMs) this.#listed = { at: now(), listing: this.#ask() };
    return this.#listed.listing;
  }

  async #ask(): Promise<Listing> {
    const asked = await Promise.all(this.#options.providers.map(askProvider));
    const listed = asked.flatMap(({ models }) => models);
    const reports = asked.map(({ report }) => report);
    const { defaultModel } = this.#options;
    const first = asked.find(({ report }) => report.configured);
    const candidates = first?.models ?? listed;
    const chosen =
      defaultModel === undefined
        ? (candidates.find(({ available }) => available) ?? first?.models[0])
        : findById(listed, defaultModel);
    return {
      models: listed.map((entry) => ({ ...entry, default: entry === chosen })),
      reports,
      awaited: defaultModel === undefined ? (first?.report ?? null) : null,
    };
  }
}

async function askProvider({ name: provider, configured, find }: ModelProvider) {
  try {
    const models = await Promise.all(
      (await find()).map(async (model) => ({ model, ...(await model.probe()), default: false })),
    );
    const idsOf = (available: boolean) =>
      models.filter((listed) => listed.available === available).map(({ model }) => model.id);
    const problem = models.length === 0 ? 'it has no model that writes text.' : null;
    return { models, report: { provider, configured, available: idsOf(true), unavailable: idsOf(false), problem } };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { models: [], report: { provider, configured, available: [], unavailable: [], problem } };
  }
}

/**
 * `smollm2` also finds `smollm2:latest`, as Ollama itself has it. Where providers have models of one name, the first is meant, and
 * `ollama/smollm2` names the provider's.
 */
function findById(models: readonly ListedModel[], id: string): ListedModel | undefined {
  const isNamed = (name: string) => (listed: ListedModel) =>
    listed.model.id === name || listed.model.id === `${name}:latest`;
  const exact = models.find(({ model }) => model.id === id) ?? models.find(isNamed(id));
  if (exact) return exact;
  const slashAt = id.indexOf('/');
  const [provider, name] = [id.slice(0, slashAt), id.slice(slashAt + 1)];
  return slashAt < 1 ? undefined : models.find((listed) => listed.model.provider === provider && isNamed(name)(listed));
}

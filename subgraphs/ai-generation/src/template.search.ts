import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '@vibecode/platform/log';
import type { Embedder } from './embedders/embedder.ts';
import type { RetrievedTemplate } from './models/model.ts';
import { Template } from './template.entity.ts';
import { type FoundTemplate, findSimilar } from './template.repository.ts';
import { STRANGER_REQUESTS } from './templates/stranger.requests.ts';

export interface TemplateQuery {
  readonly query: string;
  /** Any case. Null does not filter. */
  readonly language: string | null;
  readonly framework: string | null;
  readonly first: number;
  readonly signal: AbortSignal;
}

/** This share of the requests that no template serves scores less than what counts as fitting. */
const STRANGER_SHARE = 0.9;
/** Templates come and go, and so do their embeddings. */
const LEAST_SCORE_TTL_MS = 300_000;

interface TemplateSearchOptions {
  readonly orm: MikroORM;
  readonly embedder: Embedder;
  readonly log: Logger;
  /** Default by the clock of the process. */
  readonly now?: () => number;
}

/** Finds the templates that are most like a request. */
export class TemplateSearch {
  #leastScore: { readonly at: number; readonly score: Promise<number> } | null = null;

  constructor(readonly options: TemplateSearchOptions) {}

  /**
   * The score from which a template fits a request at all. It is measured: by what requests score that no template serves, with this
   * embedder and these templates. Scores of embedders do not compare, so no number could stand here.
   */
  async findLeastScore(): Promise<number> {
    const { now = () => performance.now() } = this.options;
    if (!this.#leastScore || now() - this.#leastScore.at >= LEAST_SCORE_TTL_MS) {
      this.#leastScore = { at: now(), score: this.#measureStrangers() };
    }
    try {
      return await this.#leastScore.score;
    } catch (error) {
      this.#leastScore = null;
      throw error;
    }
  }

  async #measureStrangers(): Promise<number> {
    const { embedder } = this.options;
    const embeddings = await embedder.embed(STRANGER_REQUESTS);
    const scores: number[] = [];
    for (const [index, query] of STRANGER_REQUESTS.entries()) {
      const asked = { query, language: null, framework: null, first: 1, signal: new AbortController().signal };
      const [best] = await this.#find(asked, embeddings[index] ?? null);
      scores.push(best?.score ?? 0);
    }
    return scores.sort((one, other) => one - other)[Math.floor(scores.length * STRANGER_SHARE)]!;
  }

  /** As many as asked for, as long as there are any: those of the language and framework first, then of the language, then others. */
  async search(query: TemplateQuery): Promise<RetrievedTemplate[]> {
    const { language, framework, first } = query;
    const embedding = await this.#embed(query);
    const tiers = [
      { language, framework },
      { language, framework: null },
      { language: null, framework: null },
    ].filter((tier, index, all) => index === 0 || JSON.stringify(tier) !== JSON.stringify(all[index - 1]));
    const found = new Map<string, FoundTemplate>();
    for (const tier of tiers) {
      if (found.size >= first) break;
      for (const match of await this.#find({ ...query, ...tier }, embedding)) {
        if (found.size < first && !found.has(match.id)) found.set(match.id, match);
      }
    }
    return this.#load([...found.values()]);
  }

  /** Only templates that are of the language and framework asked for. */
  async searchStrictly(query: TemplateQuery): Promise<RetrievedTemplate[]> {
    return this.#load(await this.#find(query, await this.#embed(query)));
  }

  /** Words alone find something too, so an embedder that is out of reach stops nothing. */
  async #embed({ query, signal }: TemplateQuery): Promise<readonly number[] | null> {
    const { embedder, log } = this.options;
    try {
      const [embedding] = await embedder.embed([query], signal);
      return embedding ?? null;
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ action: 'embedder.failed', embedder: embedder.id, error }, 'searching templates by words alone');
      return null;
    }
  }

  #find(
    { query, language, framework, first }: TemplateQuery,
    embedding: readonly number[] | null,
  ): Promise<FoundTemplate[]> {
    const { orm, embedder } = this.options;
    return findSimilar(orm.em.fork(), {
      text: query,
      space: { model: embedder.id, dimensions: embedder.dimensions },
      embedding,
      language: language?.toLowerCase() ?? null,
      framework: framework?.toLowerCase() ?? null,
      limit: first,
    });
  }

  async #load(found: readonly FoundTemplate[]): Promise<RetrievedTemplate[]> {
    const templates = await this.options.orm.em.fork().find(Template, { id: { $in: found.map(({ id }) => id) } });
    const byId = new Map(templates.map((template) => [template.id, template]));
    return found.flatMap(({ id, score }) => {
      const template = byId.get(id);
      return template ? [{ template, score }] : [];
    });
  }
}

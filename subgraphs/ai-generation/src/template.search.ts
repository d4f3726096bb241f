import type { RetrievedTemplate } from './models/model.ts';
import { embedQuery } from './query.embedding.ts';
import { findVisibleTemplates } from './template.repository.ts';
import { type FoundTemplate, findSimilar, type QueryVector } from './template.similarity.ts';
import { TemplateThresholds, type TemplateThresholdsOptions } from './template.thresholds.ts';

export interface TemplateQuery {
  readonly query: string;
  /** Any case. Null does not filter. */
  readonly language: string | null;
  readonly framework: string | null;
  /** Whose own templates are searched beside everybody's; null for none. */
  readonly ownerId: string | null;
  readonly first: number;
  readonly signal: AbortSignal;
}

export interface RetrievedTemplates {
  /** Best first. */
  readonly matches: readonly RetrievedTemplate[];
  /** The score from which one of them fits the request at all, in the space of this search. */
  readonly findLeastScore: () => Promise<number>;
}

/** Finds the templates that are most like a request. */
export class TemplateSearch {
  readonly thresholds: TemplateThresholds;

  constructor(readonly options: TemplateThresholdsOptions) {
    this.thresholds = new TemplateThresholds(options);
  }

  /** As many as asked for, as long as there are any: those of the language and framework first, then of the language, then others. */
  async search(query: TemplateQuery): Promise<RetrievedTemplates> {
    const { language, framework, first, ownerId } = query;
    const embedded = await this.#embed(query);
    const tiers = [
      { language, framework },
      { language, framework: null },
      { language: null, framework: null },
    ].filter((tier, index, all) => index === 0 || JSON.stringify(tier) !== JSON.stringify(all[index - 1]));
    const found = new Map<string, FoundTemplate>();
    for (const tier of tiers) {
      if (found.size >= first) break;
      for (const match of await this.#find({ ...query, ...tier }, embedded)) {
        if (found.size < first && !found.has(match.id)) found.set(match.id, match);
      }
    }
    return {
      matches: await this.#load([...found.values()], ownerId),
      findLeastScore: () => this.thresholds.find(embedded?.space ?? null),
    };
  }

  /** Only templates that are of the language and framework asked for. */
  async searchStrictly(query: TemplateQuery): Promise<RetrievedTemplate[]> {
    return this.#load(await this.#find(query, await this.#embed(query)), query.ownerId);
  }

  #embed({ query, signal }: Pick<TemplateQuery, 'query' | 'signal'>): Promise<QueryVector | null> {
    const { orm, embedders, log } = this.options;
    return embedQuery({ em: orm.em.fork(), embedders, log }, query, signal);
  }

  #find(
    { query, language, framework, ownerId, first }: TemplateQuery,
    embedded: QueryVector | null,
  ): Promise<FoundTemplate[]> {
    return findSimilar(this.options.orm.em.fork(), {
      text: query,
      embedded,
      language: language?.toLowerCase() ?? null,
      framework: framework?.toLowerCase() ?? null,
      ownerId,
      limit: first,
    });
  }

  async #load(found: readonly FoundTemplate[], ownerId: string | null): Promise<RetrievedTemplate[]> {
    const ids = found.map(({ id }) => id);
    const templates = await findVisibleTemplates(this.options.orm.em.fork(), ids, ownerId);
    const byId = new Map(templates.map((template) => [template.id, template]));
    return found.flatMap(({ id, score }) => {
      const template = byId.get(id);
      return template ? [{ template, score }] : [];
    });
  }
}

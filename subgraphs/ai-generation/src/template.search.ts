import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '@vibecode/platform/log';
import type { EmbedderRegistry } from './embedders/embedder.registry.ts';
import type { RetrievedTemplate } from './models/model.ts';
import { embedQuery } from './query.embedding.ts';
import { Template } from './template.entity.ts';
import { type FoundTemplate, findSimilar, type QueryVector } from './template.similarity.ts';
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

export interface TemplateSearchOptions {
  readonly orm: MikroORM;
  readonly embedders: EmbedderRegistry;
  readonly log: Logger;
  /** Default by the clock of the process. */
  readonly now?: () => number;
}

/** Finds the templates that are most like a request. */
export class TemplateSearch {
  /** By the space that searches use now. */
  readonly #leastScores = new Map<string, { readonly at: number; readonly score: Promise<number> }>();

  constructor(readonly options: TemplateSearchOptions) {}

  /**
   * The score from which a template fits a request at all. It is measured: by what requests score that no template serves, in the
   * space that searches use now and with these templates. Scores of spaces do not compare, so no number could stand here.
   */
  async findLeastScore(): Promise<number> {
    const { now = () => performance.now() } = this.options;
    const { signal } = new AbortController();
    const embedded = await this.#embed({ query: STRANGER_REQUESTS[0]!, signal });
    const space = embedded ? `${embedded.space.model} ${embedded.space.dimensions}` : '';
    let measured = this.#leastScores.get(space);
    if (!measured || now() - measured.at >= LEAST_SCORE_TTL_MS) {
      measured = { at: now(), score: this.#measureStrangers() };
      this.#leastScores.set(space, measured);
    }
    try {
      return await measured.score;
    } catch (error) {
      this.#leastScores.delete(space);
      throw error;
    }
  }

  async #measureStrangers(): Promise<number> {
    const { signal } = new AbortController();
    const scores: number[] = [];
    for (const query of STRANGER_REQUESTS) {
      const request = { query, language: null, framework: null, first: 1, signal };
      const [best] = await this.#find(request, await this.#embed(request));
      scores.push(best?.score ?? 0);
    }
    return scores.sort((one, other) => one - other)[Math.floor(scores.length * STRANGER_SHARE)]!;
  }

  /** As many as asked for, as long as there are any: those of the language and framework first, then of the language, then others. */
  async search(query: TemplateQuery): Promise<RetrievedTemplate[]> {
    const { language, framework, first } = query;
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
    return this.#load([...found.values()]);
  }

  /** Only templates that are of the language and framework asked for. */
  async searchStrictly(query: TemplateQuery): Promise<RetrievedTemplate[]> {
    return this.#load(await this.#find(query, await this.#embed(query)));
  }

  #embed({ query, signal }: Pick<TemplateQuery, 'query' | 'signal'>): Promise<QueryVector | null> {
    const { orm, embedders, log } = this.options;
    return embedQuery({ em: orm.em.fork(), embedders, log }, query, signal);
  }

  #find({ query, language, framework, first }: TemplateQuery, embedded: QueryVector | null): Promise<FoundTemplate[]> {
    return findSimilar(this.options.orm.em.fork(), {
      text: query,
      embedded,
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

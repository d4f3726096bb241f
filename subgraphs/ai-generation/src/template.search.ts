import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '@vibecode/platform/log';
import type { Embedder } from './embedders/embedder.ts';
import type { RetrievedTemplate } from './models/model.ts';
import { Template } from './template.entity.ts';
import { type FoundTemplate, findSimilar } from './template.repository.ts';

export interface TemplateQuery {
  readonly query: string;
  /** Any case. Null does not filter. */
  readonly language: string | null;
  readonly framework: string | null;
  readonly first: number;
  readonly signal: AbortSignal;
}

/** Finds the templates that are most like a request. */
export class TemplateSearch {
  constructor(readonly options: { orm: MikroORM; embedder: Embedder; log: Logger }) {}

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

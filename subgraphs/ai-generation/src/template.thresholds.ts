import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '@vibecode/platform/log';
import type { EmbedderRegistry } from './embedders/embedder.registry.ts';
import { EmbedderUnavailableError } from './errors.ts';
import { findSimilar } from './template.similarity.ts';
import type { VectorSpace } from './template.space.ts';
import { STRANGER_REQUESTS } from './templates/stranger.requests.ts';

export interface TemplateThresholdsOptions {
  readonly orm: MikroORM;
  readonly embedders: EmbedderRegistry;
  readonly log: Logger;
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly now?: () => number;
}

/** This share of the requests that no template serves scores less than what counts as fitting. */
const STRANGER_SHARE = 0.9;
/** Templates come and go, and so do their embeddings. */
const TTL_MS = 300_000;

interface Measured {
  readonly at: number;
  readonly score: number;
}

/**
 * The score from which a template fits a request at all. It is measured: by what requests score that no template serves, in the space
 * of the search and with everybody's templates. Scores of spaces do not compare, so no number could stand here.
 */
export class TemplateThresholds {
  readonly #measured = new Map<string, Measured>();
  readonly #measuring = new Map<string, Promise<number>>();
  /** Texts that never change have vectors that never change. */
  readonly #vectors = new Map<string, readonly number[][]>();

  constructor(readonly options: TemplateThresholdsOptions) {}

  /**
   * Of searches in this space; null for those by words alone. Measures only where there is no figure yet: an older one serves while
   * `refresh` makes a new one in the background.
   */
  async find(space: VectorSpace | null): Promise<number> {
    return this.#measured.get(toKey(space))?.score ?? this.#measure(space);
  }

  /** Measures anew what is missing, is older than five minutes, or has become wrong. Never rejects. */
  async refresh(space: VectorSpace, { changed = false } = {}): Promise<void> {
    const { now = () => performance.now(), log } = this.options;
    const known = this.#measured.get(toKey(space));
    if (known && !changed && now() - known.at < TTL_MS) return;
    await this.#measure(space).catch((error: unknown) =>
      log.debug({ action: 'threshold.not-measured', space, error }, 'the last one stays, or an answer measures it'),
    );
  }

  /** One at a time for each space. */
  #measure(space: VectorSpace | null): Promise<number> {
    const key = toKey(space);
    const running = this.#measuring.get(key);
    if (running) return running;
    const measuring = this.#measureStrangers(space).finally(() => this.#measuring.delete(key));
    this.#measuring.set(key, measuring);
    return measuring;
  }

  async #measureStrangers(space: VectorSpace | null): Promise<number> {
    const { orm, now = () => performance.now() } = this.options;
    const vectors = space && (await this.#embedStrangers(space));
    const scores: number[] = [];
    for (const [index, text] of STRANGER_REQUESTS.entries()) {
      const embedded = space && vectors ? { space, embedding: vectors[index]! } : null;
      const query = { text, embedded, language: null, framework: null, ownerId: null, limit: 1 };
      const [best] = await findSimilar(orm.em.fork(), query);
      scores.push(best?.score ?? 0);
    }
    const score = scores.sort((one, other) => one - other)[Math.floor(scores.length * STRANGER_SHARE)]!;
    this.#measured.set(toKey(space), { at: now(), score });
    return score;
  }

  /** In one batch. */
  async #embedStrangers(space: VectorSpace): Promise<readonly number[][]> {
    const known = this.#vectors.get(toKey(space));
    if (known) return known;
    const embedder = this.options.embedders.find(space.model);
    if (!embedder) throw new EmbedderUnavailableError(space.model, 'the settings do not name it');
    const vectors = await embedder.embed(STRANGER_REQUESTS);
    if (vectors.some(({ length }) => length !== space.dimensions))
      throw new EmbedderUnavailableError(space.model, `expected vectors of ${space.dimensions} dimensions`);
    this.#vectors.set(toKey(space), vectors);
    return vectors;
  }
}

function toKey(space: VectorSpace | null): string {
  return space ? `${space.model} ${space.dimensions}` : '';
}

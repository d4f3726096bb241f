import { setTimeout as wait } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import { newId } from '@vibecode/platform/id';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import type { GuardedEmbedder } from './embedders/embedder.guard.ts';
import type { EmbedderRegistry } from './embedders/embedder.registry.ts';
import { Template } from './template.entity.ts';
import {
  claimSpace,
  type EmbeddedTemplate,
  ensureSpace,
  findUnembedded,
  releaseSpace,
  saveEmbeddings,
  type VectorSpace,
} from './template.space.ts';
import type { TemplateThresholds } from './template.thresholds.ts';

export interface TemplateEmbeddingOptions {
  readonly orm: MikroORM;
  readonly embedders: EmbedderRegistry;
  readonly log: Logger;
  /** What to keep up to date with the vectors. Default none. */
  readonly thresholds?: TemplateThresholds;
  /** Default 60,000. */
  readonly everyMs?: number;
  /** After which a batch counts as too large. Default 45,000. */
  readonly batchTimeoutMs?: number;
}

export interface TemplateEmbedding extends AsyncDisposable {
  /** Resolves when the first pass has ended, whatever came of it. */
  readonly firstPass: Promise<void>;
  /** Another pass soon: a template was added. */
  wake(): void;
}

/** Embedding models read a few hundred tokens; what tells most stands first. */
const EMBEDDED_CHARACTERS = 1_500;
/** Saved together, so that little is lost when the process ends. */
const MAX_BATCH = 32;
/** Templates of one pass that are looked up together. */
const PAGE = 5_000;
/** Texts in a row that fail alone: then the embedder is asked whether it works at all. */
const MAX_FAILURES_IN_A_ROW = 3;
/** Texts of one pass that fail alone. */
const MAX_SKIPPED = 100;
/** Batches in a row after which a larger one is tried. */
const BATCHES_BEFORE_GROWTH = 8;
/** Between a pass and one that it was woken for: many additions make few passes. */
const WAKE_PAUSE_MS = 1_000;

/**
 * Keeps the vectors of all templates up to date in the background, for each configured embedder. Several instances may run it: a
 * lease in the database lets one at a time embed into a space. Disposing aborts the current batch.
 */
export function startTemplateEmbedding(options: TemplateEmbeddingOptions): TemplateEmbedding {
  const { embedders, log, everyMs = 60_000 } = options;
  const stopping = new AbortController();
  const run = async () => {
    await Promise.all(
      embedders.configured.map(async (embedder) => {
        try {
          const pass = await embedTemplates(options, embedder, stopping.signal);
          if (pass) await options.thresholds?.refresh(pass.space, { changed: pass.savedShared > 0 });
        } catch (error) {
          // A pass that was aborted goes on at the next start.
          if (!stopping.signal.aborted)
            log.warn(
              { action: 'templates.not-embedded', embedder: embedder.id, error },
              'they are found by their words',
            );
        }
      }),
    );
  };
  let running: Promise<void> | null = null;
  let isWoken = false;
  const runWhileWoken = async () => {
    for (;;) {
      isWoken = false;
      await run();
      if (!isWoken || stopping.signal.aborted) return;
      // Aborted, it ends the loop at the next turn: `run` starts nothing then.
      await wait(WAKE_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const start = () => {
    running ??= runWhileWoken().finally(() => {
      running = null;
    });
    return running;
  };
  const firstPass = start();
  const interval = startInterval('templates.embed', everyMs, start, log);
  return {
    firstPass,
    wake() {
      isWoken = true;
      if (!stopping.signal.aborted) void start();
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('The service stops.'));
      await interval[Symbol.asyncDispose]();
      await running;
    },
  };
}

export interface EmbeddedSpace {
  readonly space: VectorSpace;
  /** How many of everybody's templates got a new vector. */
  readonly savedShared: number;
}

/**
 * One pass: embeds what has no vector of this embedder, unless another instance does so already.
 *
 * @returns null while the embedder is away
 */
export async function embedTemplates(
  options: TemplateEmbeddingOptions,
  embedder: GuardedEmbedder,
  signal: AbortSignal,
): Promise<EmbeddedSpace | null> {
  const { orm, log } = options;
  const dimensions = await embedder.probe(signal);
  if (dimensions === null) return null;
  const space = { model: embedder.id, dimensions };
  const owner = newId();
  await ensureSpace(orm.em.fork(), space);
  if (!(await claimSpace(orm.em.fork(), space, owner))) return { space, savedShared: 0 };
  try {
    const pass = new EmbeddingPass(options, embedder, { space, owner, signal });
    await pass.run();
    if (pass.saved > 0) log.info({ action: 'templates.embedded', embedder: embedder.id, templates: pass.saved });
    // Search chooses words by the table's statistics, and not every server refreshes them by itself.
    if (pass.savedShared > 0)
      await orm.em.fork().execute('analyze ai_generation.template, ai_generation.template_embedding');
    return { space, savedShared: pass.savedShared };
  } finally {
    await releaseSpace(orm.em.fork(), space, owner);
  }
}

/** The batches of one pass. A batch that fails is halved, so that a slow model, and a text that it refuses, stop nothing else. */
class EmbeddingPass {
  saved = 0;
  savedShared = 0;
  readonly #skipped = new Set<string>();
  #batchSize = MAX_BATCH;
  #failuresInARow = 0;
  #batchesInARow = 0;

  constructor(
    readonly options: TemplateEmbeddingOptions,
    readonly embedder: GuardedEmbedder,
    readonly claim: { readonly space: VectorSpace; readonly owner: string; readonly signal: AbortSignal },
  ) {}

  async run(): Promise<void> {
    for (;;) {
      const page = await findUnembedded(this.options.orm.em.fork(), this.claim.space, PAGE + this.#skipped.size);
      const waiting = page.filter((id) => !this.#skipped.has(id));
      if (waiting.length === 0 || !(await this.#embedPage(waiting))) return;
    }
  }

  /** False when the pass must end: the lease is lost, or the embedder fails. */
  async #embedPage(ids: readonly string[]): Promise<boolean> {
    for (let at = 0; at < ids.length; ) {
      this.claim.signal.throwIfAborted();
      const batch = ids.slice(at, at + this.#batchSize);
      const embedded = await this.#embedBatch(batch);
      if (embedded) {
        const { space, owner } = this.claim;
        if (!(await saveEmbeddings(this.options.orm.em.fork(), space, owner, embedded))) return false;
        this.saved += embedded.length;
        this.savedShared += embedded.filter(({ template }) => template.ownerId === null).length;
        this.#failuresInARow = 0;
        this.#batchesInARow += 1;
        if (this.#batchesInARow % BATCHES_BEFORE_GROWTH === 0)
          this.#batchSize = Math.min(MAX_BATCH, this.#batchSize * 2);
        at += batch.length;
      } else {
        this.#batchesInARow = 0;
        if (batch.length > 1) this.#batchSize = Math.ceil(batch.length / 2);
        else if (await this.#skip(batch[0]!)) at += 1;
        else return false;
      }
    }
    return true;
  }

  /** False when the embedder is at fault, not the texts: one user's texts must not keep those of others waiting. */
  async #skip(id: string): Promise<boolean> {
    this.#skipped.add(id);
    this.#failuresInARow += 1;
    if (this.#failuresInARow < MAX_FAILURES_IN_A_ROW) return true;
    this.#failuresInARow = 0;
    const { space, signal } = this.claim;
    return this.#skipped.size < MAX_SKIPPED && (await this.embedder.probe(signal)) === space.dimensions;
  }

  /** Null if the embedder did not embed them. */
  async #embedBatch(ids: readonly string[]): Promise<EmbeddedTemplate[] | null> {
    const { orm, log, batchTimeoutMs = 45_000 } = this.options;
    const { space, signal } = this.claim;
    const templates = await orm.em.fork().find(Template, { id: { $in: [...ids] } }, { populate: ['document'] });
    try {
      const texts = templates.map(({ document }) => document.slice(0, EMBEDDED_CHARACTERS));
      const limit = AbortSignal.any([signal, AbortSignal.timeout(batchTimeoutMs)]);
      const vectors = await this.embedder.embed(texts, limit);
      if (vectors.some(({ length }) => length !== space.dimensions))
        throw new Error(`expected vectors of ${space.dimensions} dimensions, as it gave before`);
      return templates.map((template, index) => ({ template, embedding: vectors[index]! }));
    } catch (error) {
      signal.throwIfAborted();
      const event = {
        action: 'templates.batch-not-embedded',
        embedder: this.embedder.id,
        templates: ids.length,
        error,
      };
      if (ids.length > 1) log.debug(event, 'a smaller batch follows');
      else if (this.#skipped.size >= MAX_FAILURES_IN_A_ROW) log.debug(event, 'one more of the same');
      else log.warn({ ...event, templateId: ids[0] }, 'this template is found by its words until the next pass');
      return null;
    }
  }
}

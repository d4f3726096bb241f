import type { MikroORM } from '@mikro-orm/postgresql';
import type { JobQueue } from '@vibecode/platform/jobs/job.queue';
import type { Logger } from '@vibecode/platform/log';
import type { Generation } from './generation.entity.ts';
import type { ModelCircuit } from './models/model.circuit.ts';
import type { ModelRegistry } from './models/model.registry.ts';

export interface ModelLanesOptions {
  readonly orm: MikroORM;
  readonly queue: JobQueue;
  readonly circuit: ModelCircuit;
  readonly registry: ModelRegistry;
  readonly log: Logger;
}

/** Why a model cannot be asked, and when to try again. */
export interface Absence {
  readonly waitMs: number;
  /** Its server answers, so that the request that fails may be at fault. */
  readonly mayBlameRequest: boolean;
}

/** The lanes of the queue, one for each model. While a model is away its lane is closed, and its jobs keep their places. */
export class ModelLanes {
  readonly #closed = new Set<string>();

  constructor(private readonly options: ModelLanesOptions) {}

  /** Null while the model, or the one that takes over for it, may be asked. */
  async findAbsence({ model, provider }: Pick<Generation, 'model' | 'provider'>): Promise<Absence | null> {
    const absence = await this.#findAbsenceOf(model, provider);
    if (!absence) return null;
    const fallback = await this.options.registry.findFallback({ id: model });
    return fallback && !(await this.#findAbsenceOf(fallback.model.id, fallback.model.provider)) ? null : absence;
  }

  /** The same, asked anew: a request has just failed. */
  findNewAbsence(generation: Pick<Generation, 'model' | 'provider'>): Promise<Absence | null> {
    this.options.registry.forget();
    return this.findAbsence(generation);
  }

  /** No instance takes a job of the model for so long. */
  async close(model: string, { waitMs }: Absence): Promise<void> {
    if (waitMs === 0) return;
    const { orm, queue, log } = this.options;
    await queue.closeLane(orm.em.fork(), model, waitMs);
    if (!this.#closed.has(model))
      log.warn({ action: 'model.away', model, waitMs }, 'generations wait until it is back');
    this.#closed.add(model);
  }

  /** The model has answered. */
  async open(model: string): Promise<void> {
    if (!this.#closed.delete(model)) return;
    const { orm, queue, log } = this.options;
    await queue.closeLane(orm.em.fork(), model, 0);
    log.info({ action: 'model.back', model });
  }

  async #findAbsenceOf(model: string, provider: string): Promise<Absence | null> {
    const { circuit, registry } = this.options;
    if (!(await registry.isReachable(model, provider))) return { waitMs: circuit.pauseMs, mayBlameRequest: false };
    const waitMs = circuit.findWaitMs(model);
    return waitMs > 0 ? { waitMs, mayBlameRequest: true } : null;
  }
}

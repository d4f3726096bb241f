import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import { deleteEventsOfFinishedBefore, deleteFinishedBefore } from './generation.repository.ts';

const DAY_MS = 24 * 3_600_000;
const BATCH_ROWS = 200;

export interface RetentionOptions {
  readonly orm: MikroORM;
  readonly log: Logger;
  /** How long generations that have ended are kept; null: for ever. */
  readonly days: number | null;
  /** How long all of their events are; null: as long as the generations. */
  readonly eventDays: number | null;
  /** Default 3,600,000. */
  readonly everyMs?: number;
}

/** Deletes what has ended, once it is old enough: first the events but the last, then the generation. */
export function startRetention({ orm, log, days, eventDays, everyMs = 3_600_000 }: RetentionOptions): AsyncDisposable {
  const work = async () => {
    await deleteAll(orm, days, deleteFinishedBefore);
    await deleteAll(orm, eventDays, deleteEventsOfFinishedBefore);
  };
  return startInterval('generations.retention', everyMs, work, log);
}

async function deleteAll(
  orm: MikroORM,
  days: number | null,
  deleteSome: (em: EntityManager, before: Date, limit: number) => Promise<number>,
): Promise<void> {
  if (days === null) return;
  const before = new Date(Date.now() - days * DAY_MS);
  while ((await deleteSome(orm.em.fork(), before, BATCH_ROWS)) === BATCH_ROWS);
}

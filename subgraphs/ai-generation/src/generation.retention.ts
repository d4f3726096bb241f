import type { MikroORM } from '@mikro-orm/postgresql';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import { deleteExpired } from '@vibecode/platform/retention';
import { deleteEventsOfFinishedBefore, deleteFinishedBefore } from './generation.repository.ts';

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
    await deleteExpired({ days, batchRows: BATCH_ROWS }, (before, limit) =>
      deleteFinishedBefore(orm.em.fork(), before, limit),
    );
    await deleteExpired({ days: eventDays, batchRows: BATCH_ROWS }, (before, limit) =>
      deleteEventsOfFinishedBefore(orm.em.fork(), before, limit),
    );
  };
  return startInterval('generations.retention', everyMs, work, log);
}

import type { MikroORM } from '@mikro-orm/postgresql';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import { deleteFinishedBefore } from './execution.repository.ts';

const DAY_MS = 24 * 3_600_000;
const BATCH_ROWS = 500;

export interface RetentionOptions {
  readonly orm: MikroORM;
  readonly log: Logger;
  /** How long finished runs are kept; null: for ever. */
  readonly days: number | null;
  /** Default 3,600,000. */
  readonly everyMs?: number;
}

/** Deletes finished runs, with their output, once they are old enough. */
export function startRetention({ orm, log, days, everyMs = 3_600_000 }: RetentionOptions): AsyncDisposable {
  const work = async () => {
    if (days === null) return;
    const before = new Date(Date.now() - days * DAY_MS);
    while ((await deleteFinishedBefore(orm.em.fork(), before, BATCH_ROWS)) === BATCH_ROWS);
  };
  return startInterval('executions.retention', everyMs, work, log);
}

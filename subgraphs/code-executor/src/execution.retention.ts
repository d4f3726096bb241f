import type { MikroORM } from '@mikro-orm/postgresql';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import { deleteExpired } from '@vibecode/platform/retention';
import { deleteFinishedBefore } from './execution.repository.ts';

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
  const work = () =>
    deleteExpired({ days, batchRows: BATCH_ROWS }, (before, limit) =>
      deleteFinishedBefore(orm.em.fork(), before, limit),
    );
  return startInterval('executions.retention', everyMs, work, log);
}

const DAY_MS = 24 * 3_600_000;

export interface RetentionLimit {
  /** How long rows are kept; null: for ever. */
  readonly days: number | null;
  /** Deleted by one statement. */
  readonly batchRows: number;
}

/** Deletes what is older, in bounded batches. @param deleteSome answers how many rows it deleted, at most `limit` */
export async function deleteExpired(
  { days, batchRows }: RetentionLimit,
  deleteSome: (before: Date, limit: number) => Promise<number>,
): Promise<void> {
  if (days === null) return;
  const before = new Date(Date.now() - days * DAY_MS);
  while ((await deleteSome(before, batchRows)) === batchRows);
}

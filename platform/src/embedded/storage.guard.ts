import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { Ballast, findFreeBytes } from './disk.space.ts';
import { WAL_SEGMENT_BYTES, WalReserve } from './wal.reserve.ts';

/** With less free space, the database is read-only: a checkpoint and other programs need some space. */
const MIN_FREE_BYTES = 4 * 1_048_576;
/** Above this, writes are accepted again. The distance to `MIN_FREE_BYTES` prevents frequent changes at the limit. */
const ROOMY_BYTES = 2 * MIN_FREE_BYTES;
/** More than the log of one piece of work: the largest request, and the pages that it changes. */
const SPARE_SEGMENTS = 2;
/** Segments between checkpoints. PGlite has no checkpointer: without these checkpoints, its log would grow until it stops. */
const CHECKPOINT_SEGMENTS = 2;
const BALLAST_BYTES = 1_048_576;
const BALLAST_NAME = 'vibecode.ballast';

/** Called when the database's disk becomes full, or has free space again. */
export type StorageListener = (full: boolean, freeBytes: number) => void;

/**
 * Protects PGlite from a full disk where PGlite does not survive it. If space for a table is missing, PGlite reports an ordinary
 * error. If space for the write-ahead log is missing, the session stops answering, and a failed checkpoint never returns.
 * Space for both is therefore reserved in advance: existing segments of the log, which checkpoints recycle in time, and a
 * ballast that is deleted for the checkpoint. If the space cannot be reserved, or the disk is nearly full, the session is
 * read-only.
 */
export class StorageGuard {
  readonly #db: PGlite;
  readonly #dataDir: string;
  readonly #wal: WalReserve;
  readonly #ballast: Ballast;
  readonly #onChange: StorageListener;
  #checkpointAt: number;
  #full = false;
  #readOnly = false;

  private constructor(db: PGlite, dataDir: string, segment: string, onChange: StorageListener) {
    this.#db = db;
    this.#dataDir = dataDir;
    this.#wal = new WalReserve(join(dataDir, 'pg_wal'), segment);
    this.#ballast = new Ballast(join(dataDir, BALLAST_NAME), BALLAST_BYTES);
    this.#onChange = onChange;
    this.#checkpointAt = this.#wal.current;
  }

  static async open(db: PGlite, dataDir: string, onChange: StorageListener): Promise<StorageGuard> {
    const { rows } = await db.query<{ segment: string }>(
      'select pg_walfile_name(pg_current_wal_insert_lsn()) as segment',
    );
    const segment = rows[0]?.segment;
    if (!segment) throw new Error('The embedded database did not report the log segment that it writes to.');
    const guard = new StorageGuard(db, dataDir, segment, onChange);
    await guard.prepare();
    return guard;
  }

  /** Releases the reserved space, so that a database can start or stop on a full disk. */
  static release(dataDir: string): void {
    new Ballast(join(dataDir, BALLAST_NAME), BALLAST_BYTES).release();
  }

  /** Whether the session is read-only. */
  get full(): boolean {
    return this.#full;
  }

  /**
   * Call before each piece of work, while no other piece runs.
   *
   * @throws Error if a checkpoint failed: the session is no longer usable
   */
  async prepare(): Promise<void> {
    const inTransaction = this.#db.isInTransaction();
    if (this.#wal.follow() && !inTransaction) await this.#checkpoint();
    const freeBytes = findFreeBytes(this.#dataDir);
    const full = !this.#reserve(freeBytes);
    if (full !== this.#full) {
      this.#full = full;
      this.#onChange(full, freeBytes);
    }
    await this.#apply(inTransaction);
  }

  /** @returns whether all the required space is reserved */
  #reserve(freeBytes: number): boolean {
    if (freeBytes < (this.#full ? ROOMY_BYTES : MIN_FREE_BYTES)) return false;
    try {
      while (this.#wal.spareBytes < SPARE_SEGMENTS * WAL_SEGMENT_BYTES) this.#wal.add();
    } catch {
      // The disk has no space for it, which this method reports.
      return false;
    }
    return this.#ballast.take();
  }

  async #checkpoint(): Promise<void> {
    if (this.#wal.current - this.#checkpointAt < CHECKPOINT_SEGMENTS) return;
    if (findFreeBytes(this.#dataDir) < MIN_FREE_BYTES) this.#ballast.release();
    await this.#db.exec('checkpoint');
    this.#ballast.take();
    this.#checkpointAt = this.#wal.current;
    this.#wal.refresh();
  }

  /** Applies the mode. A transaction that is open when the disk becomes full may end, but not write more. */
  async #apply(inTransaction: boolean): Promise<void> {
    if (inTransaction) {
      if (!this.#full || this.#readOnly) return;
      // This fails only in a failed transaction, which cannot write anyway.
      await this.#db.exec('set transaction_read_only = on').catch(() => undefined);
    } else if (this.#full !== this.#readOnly) {
      await this.#db.exec(`set default_transaction_read_only = ${this.#full ? 'on' : 'off'}`);
      this.#readOnly = this.#full;
    }
  }
}

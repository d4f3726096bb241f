import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { Ballast, findFreeBytes } from './disk.space.ts';
import { WAL_SEGMENT_BYTES, WalReserve } from './wal.reserve.ts';

/** Less than this on the disk, and nothing more is stored: a checkpoint and other programs need some of it. */
const MIN_FREE_BYTES = 4 * 1_048_576;
/** Stored again only above this, so that a disk at the limit is not full and free by turns. */
const ROOMY_BYTES = 2 * MIN_FREE_BYTES;
/** More than one piece of work writes to the log: the largest request and the pages that it touches. */
const SPARE_SEGMENTS = 2;
/** PGlite has no checkpointer: without checkpoints of our own its log would grow until it stops. */
const CHECKPOINT_SEGMENTS = 2;
const BALLAST_BYTES = 1_048_576;
const BALLAST_NAME = 'vibecode.ballast';

/** The disk under a database is full, or has room again. */
export type StorageListener = (full: boolean, freeBytes: number) => void;

/**
 * Keeps a full disk from reaching PGlite where PGlite does not survive it. Running out of room for a table is an ordinary
 * error there. Running out of room for the write-ahead log leaves a session that answers nothing any more, and a checkpoint
 * that fails leaves one that never returns. So both have their room before it is needed: segments of the log that exist
 * already, recycled by checkpoints in time, and a ballast that is given up for the checkpoint. Where that cannot be had, or
 * the disk is nearly full, the session only reads.
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
    if (!segment) throw new Error('The embedded database did not say which log segment it writes to.');
    const guard = new StorageGuard(db, dataDir, segment, onChange);
    await guard.prepare();
    return guard;
  }

  /** Gives up the room that is kept, so that a database that starts or stops on a full disk can write what it must. */
  static release(dataDir: string): void {
    new Ballast(join(dataDir, BALLAST_NAME), BALLAST_BYTES).release();
  }

  /** Whether the session only reads. */
  get full(): boolean {
    return this.#full;
  }

  /**
   * Call before each piece of work, while no other runs.
   *
   * @throws Error when a checkpoint failed: the session cannot be used any more
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

  /** @returns whether all the room that has to be kept is kept */
  #reserve(freeBytes: number): boolean {
    if (freeBytes < (this.#full ? ROOMY_BYTES : MIN_FREE_BYTES)) return false;
    try {
      while (this.#wal.spareBytes < SPARE_SEGMENTS * WAL_SEGMENT_BYTES) this.#wal.add();
    } catch {
      // The disk has no room for it, which is what this method answers.
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

  /** A transaction that is open when the disk becomes full may end, but not store more. */
  async #apply(inTransaction: boolean): Promise<void> {
    if (inTransaction) {
      if (!this.#full || this.#readOnly) return;
      // Refused only in a transaction that has failed, where nothing is stored anyway.
      await this.#db.exec('set transaction_read_only = on').catch(() => undefined);
    } else if (this.#full !== this.#readOnly) {
      await this.#db.exec(`set default_transaction_read_only = ${this.#full ? 'on' : 'off'}`);
      this.#readOnly = this.#full;
    }
  }
}

import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** PostgreSQL's default, which PGlite's clusters use. Source: https://www.postgresql.org/docs/18/wal-internals.html */
export const WAL_SEGMENT_BYTES = 16 * 1_048_576;

const SEGMENT_NAME = /^[0-9A-F]{24}$/;
const SEGMENTS_PER_LOG = 0x100000000 / WAL_SEGMENT_BYTES;
/** PostgreSQL deletes files with this prefix when it starts. */
const PART_NAME = 'xlogtemp.reserve';
/** Modification time of a spare segment that has not been written to, in seconds since 1970. */
const UNUSED_SINCE_S = 1;
const CHUNK = Buffer.alloc(1_048_576);

/**
 * Reserves disk space for the write-ahead log by creating segments in advance. PostgreSQL uses an existing segment file in place
 * of a new one, so that no other process can take the space.
 *
 * It is synchronous, because it runs in the database's own thread between two pieces of work.
 */
export class WalReserve {
  readonly #directory: string;
  readonly #timeline: string;
  #current: number;
  #spares: Set<number> = new Set();

  /**
   * @param directory the cluster's `pg_wal`
   * @param segment name of the current segment
   */
  constructor(directory: string, segment: string) {
    this.#directory = directory;
    this.#timeline = segment.slice(0, 8);
    this.#current = toNumber(segment);
    this.refresh();
  }

  /** Number of the current segment. It grows by one with each segment. */
  get current(): number {
    return this.#current;
  }

  get spareBytes(): number {
    return this.#spares.size * WAL_SEGMENT_BYTES;
  }

  /** Finds the spare segments. A checkpoint turns segments that are no longer needed into spares. */
  refresh(): void {
    const numbers = readdirSync(this.#directory)
      .filter((name) => SEGMENT_NAME.test(name))
      .map(toNumber)
      .filter((number) => number > this.#current);
    this.#spares = new Set(numbers);
    for (const number of numbers) this.#markUnused(number);
  }

  /** Detects spares that the database has begun to use. @returns whether there were any */
  follow(): boolean {
    let used = this.#current;
    for (const number of this.#spares) if (this.#isUsed(number)) used = Math.max(used, number);
    if (used === this.#current) return false;
    this.#current = used;
    for (const number of this.#spares) if (number <= used) this.#spares.delete(number);
    return true;
  }

  /**
   * Creates the next spare segment.
   *
   * @throws the system's error, such as ENOSPC; a partial file is removed
   */
  add(): void {
    let number = this.#current + 1;
    while (this.#spares.has(number)) number += 1;
    const part = join(this.#directory, PART_NAME);
    try {
      const file = openSync(part, 'w', 0o600);
      try {
        for (let bytes = 0; bytes < WAL_SEGMENT_BYTES; ) bytes += writeSync(file, CHUNK);
      } finally {
        closeSync(file);
      }
      renameSync(part, this.#toPath(number));
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
    this.#spares.add(number);
    this.#markUnused(number);
  }

  #isUsed(number: number): boolean {
    return statSync(this.#toPath(number)).mtimeMs !== UNUSED_SINCE_S * 1000;
  }

  #markUnused(number: number): void {
    utimesSync(this.#toPath(number), UNUSED_SINCE_S, UNUSED_SINCE_S);
  }

  #toPath(number: number): string {
    const parts = [Math.floor(number / SEGMENTS_PER_LOG), number % SEGMENTS_PER_LOG];
    const name = parts.map((part) => part.toString(16).toUpperCase().padStart(8, '0')).join('');
    return join(this.#directory, `${this.#timeline}${name}`);
  }
}

/** `0000000100000002000000A1` -> 2 * 256 + 0xA1 */
function toNumber(name: string): number {
  return Number.parseInt(name.slice(8, 16), 16) * SEGMENTS_PER_LOG + Number.parseInt(name.slice(16), 16);
}

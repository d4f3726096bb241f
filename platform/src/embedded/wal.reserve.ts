import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** PostgreSQL's default, which PGlite's clusters have. Source: https://www.postgresql.org/docs/18/wal-internals.html */
export const WAL_SEGMENT_BYTES = 16 * 1_048_576;

const SEGMENT_NAME = /^[0-9A-F]{24}$/;
const SEGMENTS_PER_LOG = 0x100000000 / WAL_SEGMENT_BYTES;
/** PostgreSQL deletes what begins like this when it starts. */
const PART_NAME = 'xlogtemp.reserve';
/** A segment that was never written to since it became a spare shows this time, in seconds since 1970. */
const UNUSED_SINCE_S = 1;
const CHUNK = Buffer.alloc(1_048_576);

/**
 * Write-ahead log that has its place on the disk before it is needed. PostgreSQL takes a segment file that is there already
 * in place of a new one, so that no other process can take the room away.
 *
 * Synchronous: it works in the database's own thread, between two pieces of the database's work.
 */
export class WalReserve {
  readonly #directory: string;
  readonly #timeline: string;
  #current: number;
  #spares: Set<number> = new Set();

  /**
   * @param directory `pg_wal` of the cluster
   * @param segment name of the segment that the database writes to
   */
  constructor(directory: string, segment: string) {
    this.#directory = directory;
    this.#timeline = segment.slice(0, 8);
    this.#current = toNumber(segment);
    this.refresh();
  }

  /** Number of the segment that is written to; it grows by one with each. */
  get current(): number {
    return this.#current;
  }

  get spareBytes(): number {
    return this.#spares.size * WAL_SEGMENT_BYTES;
  }

  /** Looks for spares; a checkpoint makes some of segments that are no longer needed. */
  refresh(): void {
    const numbers = readdirSync(this.#directory)
      .filter((name) => SEGMENT_NAME.test(name))
      .map(toNumber)
      .filter((number) => number > this.#current);
    this.#spares = new Set(numbers);
    for (const number of numbers) this.#markUnused(number);
  }

  /** Notices the spares that the database has begun to use. @returns whether there were any */
  follow(): boolean {
    let used = this.#current;
    for (const number of this.#spares) if (this.#isUsed(number)) used = Math.max(used, number);
    if (used === this.#current) return false;
    this.#current = used;
    for (const number of this.#spares) if (number <= used) this.#spares.delete(number);
    return true;
  }

  /**
   * Makes the next spare.
   *
   * @throws the system's error, such as ENOSPC; nothing is left behind then
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

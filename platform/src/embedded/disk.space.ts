import { closeSync, existsSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryUnusableError } from './directory.ts';

/** Bytes that this account may still write to the disk that holds a path. */
export function findFreeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

const BYTES_PER_MB = 1_048_576;
/** A cluster, its log with the segments kept for a full disk, and the services' tables. */
const FIRST_START_BYTES = 96 * BYTES_PER_MB;
/** Below this the database would only read. */
const LATER_START_BYTES = 8 * BYTES_PER_MB;

/**
 * A start on a full disk would fail somewhere in the middle, in the words of whatever it hits.
 *
 * @param options.embedded whether a database is kept in the directory
 * @throws DirectoryUnusableError when the disk that holds the data directory has no room for a start
 */
export function assertRoom(directory: string, { embedded }: { readonly embedded: boolean }): void {
  const first = embedded && !existsSync(join(directory, 'postgres', 'PG_VERSION'));
  const neededBytes = first ? FIRST_START_BYTES : LATER_START_BYTES;
  const freeBytes = findFreeBytes(directory);
  if (freeBytes >= neededBytes) return;
  throw new DirectoryUnusableError(
    `The disk that holds '${directory}' is full: ${toMegabytes(freeBytes)} MB are free, at least ${toMegabytes(neededBytes)} MB are needed. Make room on it, or choose another directory with DATA_DIR.`,
  );
}

function toMegabytes(bytes: number): string {
  return (bytes / BYTES_PER_MB).toFixed(bytes < 10 * BYTES_PER_MB ? 1 : 0);
}

/** Room kept for what has to be written when the disk is full: a file that is deleted then. */
export class Ballast {
  readonly #path: string;
  readonly #bytes: number;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Takes the room, if it is there. @returns whether it is taken */
  take(): boolean {
    if (statSync(this.#path, { throwIfNoEntry: false })?.size === this.#bytes) return true;
    try {
      const file = openSync(this.#path, 'w', 0o600);
      try {
        // One write may take less than all of it when the disk becomes full.
        const content = Buffer.alloc(this.#bytes);
        for (let bytes = 0; bytes < this.#bytes; ) bytes += writeSync(file, content, bytes);
      } finally {
        closeSync(file);
      }
      return true;
    } catch {
      // No room now: the caller tries again later.
      this.release();
      return false;
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

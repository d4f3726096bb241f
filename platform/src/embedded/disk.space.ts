import { closeSync, existsSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryUnusableError } from './directory.ts';

/** Free bytes for this account on the disk of a path. */
export function findFreeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

const BYTES_PER_MB = 1_048_576;
/** Size of a new cluster, its log with the reserved segments, and the services' tables. */
const FIRST_START_BYTES = 96 * BYTES_PER_MB;
/** With less free space, the database would be read-only. */
const LATER_START_BYTES = 8 * BYTES_PER_MB;

/**
 * Checks the free space before a start, which would otherwise fail halfway with an unclear error.
 *
 * @param options.embedded whether the directory contains a database
 * @throws DirectoryUnusableError if the disk of the data directory has too little free space for a start
 */
export function assertRoom(directory: string, { embedded }: { readonly embedded: boolean }): void {
  const first = embedded && !existsSync(join(directory, 'postgres', 'PG_VERSION'));
  const neededBytes = first ? FIRST_START_BYTES : LATER_START_BYTES;
  const freeBytes = findFreeBytes(directory);
  if (freeBytes >= neededBytes) return;
  throw new DirectoryUnusableError(
    `The disk that holds '${directory}' is full: ${toMegabytes(freeBytes)} MB are free, at least ${toMegabytes(neededBytes)} MB are needed. Free some space on it, or choose another directory with DATA_DIR.`,
  );
}

function toMegabytes(bytes: number): string {
  return (bytes / BYTES_PER_MB).toFixed(bytes < 10 * BYTES_PER_MB ? 1 : 0);
}

/** Reserved disk space: a file that is deleted when something has to be written on a full disk. */
export class Ballast {
  readonly #path: string;
  readonly #bytes: number;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Reserves the space if it is free. @returns whether it is reserved */
  take(): boolean {
    if (statSync(this.#path, { throwIfNoEntry: false })?.size === this.#bytes) return true;
    try {
      const file = openSync(this.#path, 'w', 0o600);
      try {
        // A write may be partial when the disk becomes full.
        const content = Buffer.alloc(this.#bytes);
        for (let bytes = 0; bytes < this.#bytes; ) bytes += writeSync(file, content, bytes);
      } finally {
        closeSync(file);
      }
      return true;
    } catch {
      // There is too little space now. The caller tries again later.
      this.release();
      return false;
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

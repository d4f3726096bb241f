import { execFile } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A small disk in memory. Disposing unmounts it. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Fills the disk completely, like another program. */
  fill(): void;
  /** Frees the filled space. */
  free(): void;
}

/** @returns the reason why no disk can be mounted here, for the names of tests; null if mounting works */
export async function findMountObstacle(): Promise<string | null> {
  try {
    await using _disk = await createSmallDisk(1);
    return null;
  } catch (error) {
    return (error as Error).message.split('\n').slice(0, 2).join(' ');
  }
}

/** @throws Error if this account may not mount */
export async function createSmallDisk(megabytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'vibecode-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  } catch (error) {
    await rm(path, { recursive: true });
    throw error;
  }
  const hog = join(path, 'hog');
  return {
    path,
    fill: () => fill(hog),
    free: () => rmSync(hog, { force: true }),
    async [Symbol.asyncDispose]() {
      // Unmounts even while a file on it is open.
      await run('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Fills the disk to the last byte. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let bytes = 1_048_576; bytes >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        bytes = Math.floor(bytes / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}

import { execFile } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A small disk of its own, in memory. Disposing it unmounts it. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Another program takes all the room there is. */
  fill(): void;
  /** It gives the room back. */
  free(): void;
}

/** Why no disk can be mounted here, or null: tests that need one say so in their names. */
export async function findMountObstacle(): Promise<string | null> {
  try {
    await using _disk = await createSmallDisk(1);
    return null;
  } catch (error) {
    return (error as Error).message.split('\n').slice(0, 2).join(' ');
  }
}

/** @throws Error where this account may not mount */
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
      // Also while something still has a file open there.
      await run('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** To the last byte. */
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

import { appendFileSync, write, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import type { LogSink } from './log.destination.ts';

const PRIVATE_FILE = 0o600;
const BYTES_PER_MB = 1_048_576;

export interface RotatingFileOptions {
  readonly path: string;
  /** Size in megabytes at which the file is renamed to `<path>.1` and a new one is started. */
  readonly maxMegabytes: number;
  /** Number of files kept in addition to the current one; older files are deleted. */
  readonly keptFiles: number;
}

/** Writes to a file that only this account can read, rotated by size. After a failure the file is opened again. */
export function createRotatingFileSink({ path, maxMegabytes, keptFiles }: RotatingFileOptions): LogSink {
  let stream: RotatingFileStream | null = null;

  function open(): RotatingFileStream {
    const opened = createStream(basename(path), {
      path: dirname(path),
      size: `${Math.round(maxMegabytes * BYTES_PER_MB)}B`,
      rotate: keptFiles,
      mode: PRIVATE_FILE,
    });
    // The failed write rejects, and its caller handles the failure.
    opened.on('error', () => {
      if (stream === opened) stream = null;
    });
    return opened;
  }

  return {
    write(lines) {
      stream ??= open();
      const current = stream;
      return new Promise((done, reject) => {
        current.write(lines, (error) => (error ? reject(error) : done()));
      });
    },
    writeNow(lines) {
      try {
        appendFileSync(path, lines, { mode: PRIVATE_FILE });
      } catch {
        // The process ends, and these lines cannot be written elsewhere.
      }
    },
    async close() {
      const current = stream;
      stream = null;
      if (current) await new Promise<void>((done) => current.once('close', done).end());
    },
  };
}

const STANDARD_OUTPUT = 1;
/** Pauses while a slow reader of standard output is busy. */
const [BUSY_PAUSE_MS, MAX_BUSY_PAUSES] = [50, 200];
const writeTo = promisify(write);

/** Standard output: a terminal, a file or a pipe. */
export const standardOutput: LogSink = {
  async write(lines) {
    let remainder = Buffer.from(lines);
    for (let pauses = 0; remainder.length > 0; ) {
      try {
        const { bytesWritten } = await writeTo(STANDARD_OUTPUT, remainder);
        remainder = remainder.subarray(bytesWritten);
      } catch (error) {
        if (!isBusy(error) || ++pauses > MAX_BUSY_PAUSES) throw error;
        await delay(BUSY_PAUSE_MS);
      }
    }
  },
  writeNow(lines) {
    let remainder = Buffer.from(lines);
    for (let pauses = 0; remainder.length > 0; ) {
      try {
        remainder = remainder.subarray(writeSync(STANDARD_OUTPUT, remainder));
      } catch (error) {
        // The process ends, and these lines cannot be written elsewhere.
        if (!isBusy(error) || ++pauses > MAX_BUSY_PAUSES / 10) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_PAUSE_MS);
      }
    }
  },
  async close() {},
};

function isBusy(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}

/**
 * Keeps the process running when its output can no longer be written: the terminal was closed, the reader of a pipe has
 * ended, or the disk is full. By default, Node ends the process in these cases.
 */
export function surviveLostOutput(): void {
  // The output is lost, and there is nowhere left to report that.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

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
  /** The file is put aside as `<path>.1` when it has grown to so many megabytes, and a new one begun. */
  readonly maxMegabytes: number;
  /** Files kept beside the current one; the oldest is deleted. */
  readonly keptFiles: number;
}

/** A file that only this account can read, rotated by size. After a failure it is opened anew. */
export function createRotatingFileSink({ path, maxMegabytes, keptFiles }: RotatingFileOptions): LogSink {
  let stream: RotatingFileStream | null = null;

  function open(): RotatingFileStream {
    const opened = createStream(basename(path), {
      path: dirname(path),
      size: `${Math.round(maxMegabytes * BYTES_PER_MB)}B`,
      rotate: keptFiles,
      mode: PRIVATE_FILE,
    });
    // The write that failed rejects, which is where the failure is handled.
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
        // The process ends, and there is no other place for these lines.
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
/** A reader that is slow gets this long to take what is offered. */
const [BUSY_PAUSE_MS, MAX_BUSY_PAUSES] = [50, 200];
const writeTo = promisify(write);

/** Standard output, whatever it is: a terminal, a file, a pipe. */
export const standardOutput: LogSink = {
  async write(lines) {
    let rest = Buffer.from(lines);
    for (let pauses = 0; rest.length > 0; ) {
      try {
        const { bytesWritten } = await writeTo(STANDARD_OUTPUT, rest);
        rest = rest.subarray(bytesWritten);
      } catch (error) {
        if (!isBusy(error) || ++pauses > MAX_BUSY_PAUSES) throw error;
        await delay(BUSY_PAUSE_MS);
      }
    }
  },
  writeNow(lines) {
    let rest = Buffer.from(lines);
    for (let pauses = 0; rest.length > 0; ) {
      try {
        rest = rest.subarray(writeSync(STANDARD_OUTPUT, rest));
      } catch (error) {
        // The process ends, and there is no other place for these lines.
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
 * Lets the process live on when what it prints can no longer be written: the terminal was closed, the reader of a pipe has
 * ended, the disk is full. Node otherwise ends a process for it.
 */
export function surviveLostOutput(): void {
  // Nothing that is printed is kept by anybody else, and there is nowhere left to say that it was lost.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

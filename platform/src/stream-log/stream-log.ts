import { AppError, ConflictError } from '../errors.ts';

/** One entry of a stream. */
export interface StreamEntry {
  /** Position in the stream: 1 for the first, then one more for each. */
  readonly seq: number;
  readonly data: string;
}

/**
 * Append-only streams that any number of readers follow from any position, on any instance. One writer at a time: the
 * holder of a lease, whose `epoch` grows by one with each new holder, so that a writer which lost its lease unknowingly
 * is refused. Entries are kept until some time after `seal()`; whoever needs them for ever stores them elsewhere too.
 */
export interface StreamLog extends AsyncDisposable {
  /**
   * Appends all entries or none. Repeating, in the same epoch, entries that are in the stream already changes nothing, so
   * an append whose answer was lost may be sent again. No entries: only claims the stream for the epoch.
   *
   * @throws {StaleEpochError} a later epoch has written
   * @throws {SequenceError} the first `seq` is not the one after the last, or the entries are not consecutive
   * @throws {StreamSealedError} the stream is sealed
   */
  append(stream: string, epoch: number, entries: readonly StreamEntry[]): Promise<void>;
  /**
   * Entries with a greater `seq` than `afterSeq`: those of the past at once, then live, in order, none twice. Ends after
   * the last entry of a sealed stream, or quietly when `signal` is aborted. A stream that nobody has written to yet is
   * waited for; one that expired looks the same, so ask `last()` first. A reader may be as slow as it likes.
   */
  read(stream: string, afterSeq: number, signal?: AbortSignal): AsyncIterableIterator<StreamEntry>;
  /**
   * Ends the stream; sealing again changes nothing.
   *
   * @throws {StaleEpochError} a later epoch has written
   */
  seal(stream: string, epoch: number): Promise<void>;
  /** The last position (0 when it has no entry yet); null when the stream is unknown or expired. */
  last(stream: string): Promise<{ seq: number; sealed: boolean } | null>;
}

/** How long streams are kept. */
export interface StreamRetention {
  /** From `seal()`. Default 15 minutes. */
  readonly sealedTtlMs: number;
  /** From the last write to a stream that is never sealed. Default 24 hours. */
  readonly idleTtlMs: number;
}

export const defaultRetention: StreamRetention = { sealedTtlMs: 15 * 60_000, idleTtlMs: 24 * 3_600_000 };

/** This writer's lease is over: another one, with a later epoch, has taken the stream. Stop writing. */
export class StaleEpochError extends ConflictError {
  constructor(stream: string, epoch: number, current: number) {
    super(
      'STREAM_EPOCH_STALE',
      `Stream '${stream}' belongs to epoch ${current}; a writer of epoch ${epoch} may not write.`,
      {
        details: { stream, epoch, current },
      },
    );
  }
}

/** Entries that would leave a gap or overwrite. `details.last` is the last position there is. */
export class SequenceError extends AppError {
  constructor(stream: string, seq: number, last: number) {
    super('STREAM_SEQUENCE_BROKEN', `Stream '${stream}' ends at ${last}: expected entry ${last + 1}, got ${seq}.`, {
      details: { stream, seq, last },
    });
  }
}

/** The stream has ended; nothing may be added. */
export class StreamSealedError extends ConflictError {
  constructor(stream: string) {
    super('STREAM_SEALED', `Stream '${stream}' is sealed: no entry can be added.`, { details: { stream } });
  }
}

/** @throws {SequenceError} when the entries do not follow one another */
export function assertConsecutive(stream: string, entries: readonly StreamEntry[]): void {
  entries.forEach((entry, index) => {
    const expected = entries[0]!.seq + index;
    if (entry.seq !== expected || !Number.isSafeInteger(entry.seq) || entry.seq < 1) {
      throw new SequenceError(stream, entry.seq, expected - 1);
    }
  });
}

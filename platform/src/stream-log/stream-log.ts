import { AppError, ConflictError } from '../errors.ts';

/** One entry of a stream. */
export interface StreamEntry {
  /** Position in the stream: 1 for the first, then one more for each. */
  readonly seq: number;
  readonly data: string;
}

/**
 * Append-only streams that any number of readers follow from any position, on any instance. Each stream has one writer at a
 * time, the holder of a lease. Its `epoch` grows by one with each new holder, so that a writer that has lost its lease without
 * noticing is refused. Entries are kept until some time after `seal()`. To keep them for ever, store them elsewhere too.
 */
export interface StreamLog extends AsyncDisposable {
  /**
   * Appends all entries or none. Repeating existing entries in the same epoch changes nothing, so that an append whose answer was
   * lost may be sent again. An empty list only claims the stream for the epoch.
   *
   * @throws {StaleEpochError} a later epoch has written
   * @throws {SequenceError} the first `seq` is not the one after the last, or the entries are not consecutive
   * @throws {StreamSealedError} the stream is sealed
   */
  append(stream: string, epoch: number, entries: readonly StreamEntry[]): Promise<void>;
  /**
   * Iterates over entries with a greater `seq` than `afterSeq`: first past ones, then live ones, in order and without duplicates.
   * Ends after the last entry of a sealed stream, or without an error when `signal` aborts. It waits for a stream without
   * entries. An expired stream looks the same, so call `last()` first. A reader may be arbitrarily slow.
   */
  read(stream: string, afterSeq: number, signal?: AbortSignal): AsyncIterableIterator<StreamEntry>;
  /**
   * Ends the stream; sealing again changes nothing.
   *
   * @throws {StaleEpochError} a later epoch has written
   */
  seal(stream: string, epoch: number): Promise<void>;
  /** @returns the last position (0 without entries); null if the stream is unknown or expired */
  last(stream: string): Promise<{ seq: number; sealed: boolean } | null>;
}

/** How long streams are kept. */
export interface StreamRetention {
  /** Time after `seal()`. Default 15 minutes. */
  readonly sealedTtlMs: number;
  /** Time after the last write to a stream that is not sealed. Default 24 hours. */
  readonly idleTtlMs: number;
}

export const defaultRetention: StreamRetention = { sealedTtlMs: 15 * 60_000, idleTtlMs: 24 * 3_600_000 };

/** This writer's lease has ended, and another writer with a later epoch has taken the stream. The writer must stop. */
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

/** The entries would leave a gap or overwrite others. `details.last` is the stream's last position. */
export class SequenceError extends AppError {
  constructor(stream: string, seq: number, last: number) {
    super('STREAM_SEQUENCE_BROKEN', `Stream '${stream}' ends at ${last}: expected entry ${last + 1}, got ${seq}.`, {
      details: { stream, seq, last },
    });
  }
}

/** The stream has ended and accepts no further entries. */
export class StreamSealedError extends ConflictError {
  constructor(stream: string) {
    super('STREAM_SEALED', `Stream '${stream}' is sealed: no entry can be added.`, { details: { stream } });
  }
}

/** @throws {SequenceError} if the entries are not consecutive */
export function assertConsecutive(stream: string, entries: readonly StreamEntry[]): void {
  entries.forEach((entry, index) => {
    const expected = entries[0]!.seq + index;
    if (entry.seq !== expected || !Number.isSafeInteger(entry.seq) || entry.seq < 1) {
      throw new SequenceError(stream, entry.seq, expected - 1);
    }
  });
}

import { toStoppable } from '../stoppable.iterable.ts';
import {
  assertConsecutive,
  defaultRetention,
  SequenceError,
  StaleEpochError,
  type StreamEntry,
  type StreamLog,
  type StreamRetention,
  StreamSealedError,
} from './stream-log.ts';

export interface MemoryStreamLogOptions extends Partial<StreamRetention> {
  /** Most characters in all sealed streams together; beyond it, the earliest sealed streams are dropped. Default 32 Mi. */
  readonly sealedCharactersLimit?: number;
  /** Default `Date.now`. */
  readonly now?: () => number;
}

interface Stream {
  readonly entries: StreamEntry[];
  readonly wakeReaders: Set<() => void>;
  epoch: number;
  sealed: boolean;
  touchedAtMs: number;
  characters: number;
}

/** Streams of one process. */
export function createMemoryStreamLog(options: MemoryStreamLogOptions = {}): StreamLog {
  return new MemoryStreamLog(options);
}

class MemoryStreamLog implements StreamLog {
  // Both maps keep the order of the last write, so that expired streams come first.
  readonly #unsealed = new Map<string, Stream>();
  readonly #sealed = new Map<string, Stream>();
  /** Streams with readers but without a writer so far. */
  readonly #expected = new Map<string, Stream>();
  readonly #stop = new AbortController();
  readonly #retention: StreamRetention;
  readonly #sealedCharactersLimit: number;
  readonly #now: () => number;
  #sealedCharacters = 0;

  constructor({ sealedCharactersLimit = 32 * 2 ** 20, now = Date.now, ...retention }: MemoryStreamLogOptions) {
    this.#retention = { ...defaultRetention, ...retention };
    this.#sealedCharactersLimit = sealedCharactersLimit;
    this.#now = now;
  }

  async append(name: string, epoch: number, entries: readonly StreamEntry[]): Promise<void> {
    assertConsecutive(name, entries);
    const known = this.#find(name, epoch);
    if (known?.epoch === epoch && isRepeat(known, entries)) return;
    if (known?.sealed) throw new StreamSealedError(name);
    const last = known?.entries.length ?? 0;
    const [first] = entries;
    if (first && first.seq !== last + 1) throw new SequenceError(name, first.seq, last);
    const stream = this.#open(name, epoch);
    for (const { seq, data } of entries) {
      stream.entries.push({ seq, data });
      stream.characters += data.length;
    }
    wakeAll(stream);
  }

  async seal(name: string, epoch: number): Promise<void> {
    if (this.#find(name, epoch)?.sealed) return;
    const stream = this.#open(name, epoch);
    stream.sealed = true;
    this.#unsealed.delete(name);
    this.#sealed.set(name, stream);
    this.#sealedCharacters += stream.characters;
    wakeAll(stream);
    this.#expire();
  }

  async last(name: string): Promise<{ seq: number; sealed: boolean } | null> {
    const stream = this.#find(name);
    return stream ? { seq: stream.entries.length, sealed: stream.sealed } : null;
  }

  read(name: string, afterSeq: number, signal?: AbortSignal): AsyncIterableIterator<StreamEntry> {
    const stop = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    return toStoppable((stopped) => this.#follow(name, afterSeq, stopped), stop);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
  }

  async *#follow(name: string, afterSeq: number, signal: AbortSignal): AsyncGenerator<StreamEntry, void, undefined> {
    const stream = this.#find(name) ?? this.#expect(name);
    let awake = Promise.withResolvers<void>();
    const wakeUp = () => awake.resolve();
    stream.wakeReaders.add(wakeUp);
    signal.addEventListener('abort', wakeUp, { once: true });
    try {
      let cursor = Math.max(0, afterSeq);
      while (!signal.aborted) {
        // Entry n has index n - 1, because sequences begin at 1 and have no gap.
        const entry = stream.entries[cursor];
        if (entry) {
          cursor = entry.seq;
          yield entry;
        } else if (stream.sealed) {
          return;
        } else {
          await awake.promise;
          awake = Promise.withResolvers();
        }
      }
    } finally {
      signal.removeEventListener('abort', wakeUp);
      stream.wakeReaders.delete(wakeUp);
      if (stream.wakeReaders.size === 0 && this.#expected.get(name) === stream) this.#expected.delete(name);
    }
  }

  /** @throws {StaleEpochError} if a writer's epoch is given and a later one has written */
  #find(name: string, writerEpoch = Number.POSITIVE_INFINITY): Stream | undefined {
    this.#expire();
    const stream = this.#unsealed.get(name) ?? this.#sealed.get(name);
    if (stream && writerEpoch < stream.epoch) throw new StaleEpochError(name, writerEpoch, stream.epoch);
    return stream;
  }

  /** Opens a stream for its writer, creates it if it is missing, and moves it to the end of the unsealed streams. */
  #open(name: string, epoch: number): Stream {
    const stream = this.#unsealed.get(name) ?? this.#expect(name);
    this.#expected.delete(name);
    this.#unsealed.delete(name);
    this.#unsealed.set(name, stream);
    stream.epoch = epoch;
    stream.touchedAtMs = this.#now();
    return stream;
  }

  #expect(name: string): Stream {
    let stream = this.#expected.get(name);
    if (!stream) {
      stream = { entries: [], wakeReaders: new Set(), epoch: 0, sealed: false, touchedAtMs: 0, characters: 0 };
      this.#expected.set(name, stream);
    }
    return stream;
  }

  /** Removes expired streams by name. One that somebody waits at may go on; current readers keep those that are sealed. */
  #expire(): void {
    const now = this.#now();
    for (const [name, stream] of this.#unsealed) {
      if (now - stream.touchedAtMs < this.#retention.idleTtlMs) break;
      if (stream.wakeReaders.size > 0) continue;
      this.#unsealed.delete(name);
    }
    for (const [name, stream] of this.#sealed) {
      const fresh = now - stream.touchedAtMs < this.#retention.sealedTtlMs;
      if (fresh && this.#sealedCharacters <= this.#sealedCharactersLimit) break;
      this.#sealed.delete(name);
      this.#sealedCharacters -= stream.characters;
    }
  }
}

function isRepeat({ entries }: Stream, repeated: readonly StreamEntry[]): boolean {
  return repeated.length > 0 && repeated.every(({ seq, data }) => entries[seq - 1]?.data === data);
}

function wakeAll(stream: Stream): void {
  for (const wakeUp of stream.wakeReaders) wakeUp();
}

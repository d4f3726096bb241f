import type { Broadcast } from '../broadcast/broadcast.ts';
import type { StreamEntry } from './stream-log.ts';

/** Most waiting live entries of a reader. Beyond it, they are dropped, and the reader reads from the stream again. */
const QUEUE_ENTRIES = 256;
/** Largest broadcast of entries; larger appends are announced without them. */
const MESSAGE_CHARACTERS = 16_384;

/** The broadcast of an append: its entries, or an empty message for large ones, which readers then read from the stream. */
export function toTailMessage(entries: readonly StreamEntry[]): string {
  const characters = entries.reduce((sum, { data }) => sum + data.length, 0);
  return characters > MESSAGE_CHARACTERS ? '' : JSON.stringify(entries.map(({ seq, data }) => [seq, data]));
}

/** One reader at the end of a stream. It starts behind, because it reads past entries first. */
class TailReader {
  /** Whether entries must be read from the stream before the queue can be trusted again. */
  isBehind = true;
  #queue: StreamEntry[] = [];
  #awake = Promise.withResolvers<void>();

  offer(entries: readonly StreamEntry[]): void {
    if (this.#queue.length + entries.length > QUEUE_ENTRIES) this.fallBehind();
    else if (!this.isBehind) this.#queue.push(...entries);
    this.wake();
  }

  fallBehind(): void {
    this.#queue = [];
    this.isBehind = true;
    this.wake();
  }

  take(): StreamEntry | undefined {
    return this.#queue.shift();
  }

  wake(): void {
    this.#awake.resolve();
  }

  /** Resolves when entries or a wake-up arrived since the last call. */
  async awake(): Promise<void> {
    await this.#awake.promise;
    this.#awake = Promise.withResolvers();
  }
}

/** A reader at the end of a stream, and a function to leave it. */
export interface Seat {
  readonly reader: TailReader;
  leave(): Promise<void>;
}

/** Regular reads are spread over the interval in this many groups, so that thousands of readers do not read at the same moment. */
const LOOK_GROUPS = 10;

interface Tail {
  readonly lookGroup: number;
  readonly readers: Set<TailReader>;
  readonly subscribed: Promise<AsyncDisposable>;
}

/** The live ends of all streams with readers in this process. A message is parsed once for all of them. */
export class StreamTails implements AsyncDisposable {
  readonly #tails = new Map<string, Tail>();
  readonly #broadcast: Broadcast;
  readonly #looking: NodeJS.Timeout;
  #looks = 0;
  #opened = 0;

  /** @param lookIntervalMs interval in which every reader reads from the stream without a broadcast */
  constructor(broadcast: Broadcast, lookIntervalMs: number) {
    this.#broadcast = broadcast;
    this.#looking = setInterval(() => {
      const group = this.#looks++ % LOOK_GROUPS;
      for (const { lookGroup, readers } of this.#tails.values()) if (lookGroup === group) look(readers);
    }, lookIntervalMs / LOOK_GROUPS).unref();
  }

  channel(stream: string): string {
    return `stream:${stream}`;
  }

  /** Resolves when entries that are appended from then on will reach the reader. */
  async join(stream: string): Promise<Seat> {
    // The reader is added before the first await, so that another reader that leaves meanwhile does not close the tail.
    const tail = this.#tails.get(stream) ?? this.#open(stream);
    const reader = new TailReader();
    tail.readers.add(reader);
    const leave = async () => {
      tail.readers.delete(reader);
      if (tail.readers.size > 0) return;
      if (this.#tails.get(stream) === tail) this.#tails.delete(stream);
      await (await tail.subscribed)[Symbol.asyncDispose]();
    };
    try {
      await tail.subscribed;
    } catch (error) {
      tail.readers.delete(reader);
      if (this.#tails.get(stream) === tail) this.#tails.delete(stream);
      throw error;
    }
    return { reader, leave };
  }

  #open(stream: string): Tail {
    const readers = new Set<TailReader>();
    const onMessage = (message: string) => {
      if (message === '') return look(readers);
      const entries = (JSON.parse(message) as [number, string][]).map(([seq, data]) => ({ seq, data }));
      for (const reader of readers) reader.offer(entries);
    };
    const subscribed = this.#broadcast.subscribe(this.channel(stream), onMessage, () => look(readers));
    const tail = { lookGroup: this.#opened++ % LOOK_GROUPS, readers, subscribed };
    this.#tails.set(stream, tail);
    return tail;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
  }
}

function look(readers: Iterable<TailReader>): void {
  for (const reader of readers) reader.fallBehind();
}

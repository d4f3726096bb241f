import type { Broadcast } from '../broadcast/broadcast.ts';
import type { StreamEntry } from './stream-log.ts';

/** A reader with more live entries than this waiting drops them and reads the stream again when it gets there. */
const QUEUE_ENTRIES = 256;
/** Larger appends are announced without their entries. */
const MESSAGE_CHARACTERS = 16_384;

/** What an append broadcasts: its entries, or nothing when they are large, which makes readers look for themselves. */
export function toTailMessage(entries: readonly StreamEntry[]): string {
  const characters = entries.reduce((sum, { data }) => sum + data.length, 0);
  return characters > MESSAGE_CHARACTERS ? '' : JSON.stringify(entries.map(({ seq, data }) => [seq, data]));
}

/** One reader's place at the end of a stream. It begins behind: the past comes first. */
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

  /** Resolves when something came since the last call. */
  async awake(): Promise<void> {
    await this.#awake.promise;
    this.#awake = Promise.withResolvers();
  }
}

/** A reader's place and how to give it up. */
export interface Seat {
  readonly reader: TailReader;
  leave(): Promise<void>;
}

/** Looks are spread over the interval, so that thousands of readers do not ask at the same moment. */
const LOOK_GROUPS = 10;

interface Tail {
  readonly lookGroup: number;
  readonly readers: Set<TailReader>;
  readonly subscribed: Promise<AsyncDisposable>;
}

/** The live ends of the streams that somebody in this process reads. A message is parsed once for all readers. */
export class StreamTails implements AsyncDisposable {
  readonly #tails = new Map<string, Tail>();
  readonly #broadcast: Broadcast;
  readonly #looking: NodeJS.Timeout;
  #looks = 0;
  #opened = 0;

  /** @param lookIntervalMs how often every reader reads from the stream without being told to */
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

  /** Resolves when what is appended from then on will reach the reader. */
  async join(stream: string): Promise<Seat> {
    // The reader is in before anything is awaited, so that the last one to leave meanwhile does not close its tail.
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

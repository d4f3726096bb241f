import type { Broadcast } from '../broadcast/broadcast.ts';
import { toRedisChannel } from '../broadcast/redis.broadcast.ts';
import type { RedisConnection } from '../redis/redis.connection.ts';
import { toStoppable } from '../stoppable.iterable.ts';
import { defineStreamScripts, type StreamScripts } from './redis.scripts.ts';
import { StreamTails, toTailMessage } from './stream.tails.ts';
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

export interface RedisStreamLogOptions extends Partial<StreamRetention> {
  readonly connection: RedisConnection;
  readonly broadcast: Broadcast;
  /** Interval in which readers read without a broadcast, in case a connection died unnoticed. Default 10 s. */
  readonly lookIntervalMs?: number;
}

/** Most entries that a reader reads at once while it catches up. */
const PAGE_ENTRIES = 500;

/**
 * A stream log in Redis Streams with entry ids `<seq>-0`. A hash beside each stream has the epoch, the last `seq` and the seal;
 * scripts change both atomically. An append also broadcasts its entries, so that live readers need no command of their own.
 * The broadcast may lose messages. A reader that sees a gap, gets `onGap`, or falls behind reads from the stream again.
 * A process uses two connections for any number of readers.
 * Source: https://redis.io/docs/latest/develop/data-types/streams/
 */
export function createRedisStreamLog(options: RedisStreamLogOptions): StreamLog {
  return new RedisStreamLog(options);
}

class RedisStreamLog implements StreamLog {
  readonly #connection: RedisConnection;
  readonly #scripts: StreamScripts;
  readonly #retention: StreamRetention;
  readonly #tails: StreamTails;
  readonly #stop = new AbortController();

  constructor({ connection, broadcast, lookIntervalMs = 10_000, ...retention }: RedisStreamLogOptions) {
    this.#connection = connection;
    this.#scripts = defineStreamScripts(connection.commands);
    this.#retention = { ...defaultRetention, ...retention };
    this.#tails = new StreamTails(broadcast, lookIntervalMs);
  }

  async append(stream: string, epoch: number, entries: readonly StreamEntry[]): Promise<void> {
    assertConsecutive(stream, entries);
    const [outcome, value] = await this.#scripts.streamAppend(
      ...this.#keys(stream),
      epoch,
      this.#retention.idleTtlMs,
      this.#channel(stream),
      toTailMessage(entries),
      ...entries.flatMap(({ seq, data }) => [seq, data]),
    );
    if (outcome === 'STALE') throw new StaleEpochError(stream, epoch, Number(value));
    if (outcome === 'SEALED') throw new StreamSealedError(stream);
    if (outcome === 'GAP') throw new SequenceError(stream, entries[0]!.seq, Number(value));
  }

  async seal(stream: string, epoch: number): Promise<void> {
    const [outcome, value] = await this.#scripts.streamSeal(
      ...this.#keys(stream),
      epoch,
      this.#retention.sealedTtlMs,
      this.#channel(stream),
    );
    if (outcome === 'STALE') throw new StaleEpochError(stream, epoch, Number(value));
  }

  async last(stream: string): Promise<{ seq: number; sealed: boolean } | null> {
    const [epoch, seq, sealed] = await this.#connection.commands.hmget(this.#keys(stream)[1], 'epoch', 'seq', 'sealed');
    return epoch == null ? null : { seq: Number(seq ?? 0), sealed: sealed === '1' };
  }

  read(stream: string, afterSeq: number, signal?: AbortSignal): AsyncIterableIterator<StreamEntry> {
    const stop = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    return toStoppable((stopped) => this.#follow(stream, afterSeq, stopped), stop);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#tails[Symbol.asyncDispose]();
  }

  async *#follow(stream: string, afterSeq: number, signal: AbortSignal): AsyncGenerator<StreamEntry, void, undefined> {
    const { reader, leave } = await this.#tails.join(stream);
    const wake = () => reader.wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      let cursor = Math.max(0, afterSeq);
      while (!signal.aborted) {
        if (reader.isBehind) {
          // Marked as caught up before the read. Entries that are broadcast meanwhile are queued, and duplicates are skipped below.
          reader.isBehind = false;
          const { entries, seq, sealed } = await this.#fetch(stream, cursor);
          for (const entry of entries) {
            if (signal.aborted) return;
            cursor = entry.seq;
            yield entry;
          }
          if (cursor < seq) reader.isBehind = true;
          else if (sealed) return;
          continue;
        }
        const entry = reader.take();
        if (!entry) await reader.awake();
        else if (entry.seq === cursor + 1) {
          cursor = entry.seq;
          yield entry;
        } else if (entry.seq > cursor) reader.isBehind = true;
      }
    } finally {
      signal.removeEventListener('abort', wake);
      await leave();
    }
  }

  async #fetch(stream: string, afterSeq: number): Promise<{ entries: StreamEntry[]; seq: number; sealed: boolean }> {
    const [entriesKey] = this.#keys(stream);
    // The state is read after the entries. It may be ahead of them but never behind, so that the end is not reached too early.
    const [found, state] = await Promise.all([
      this.#connection.commands.xrange(entriesKey, `${afterSeq + 1}-0`, '+', 'COUNT', PAGE_ENTRIES),
      this.last(stream),
    ]);
    const entries = found.map(([id, fields]) => ({ seq: Number.parseInt(id, 10), data: fields[1]! }));
    return { entries, ...(state ?? { seq: 0, sealed: false }) };
  }

  /** Both keys are in one hash slot, so that a script may use them in a cluster. */
  #keys(stream: string): [entries: string, state: string] {
    const key = `${this.#connection.prefix}stream:{${stream}}`;
    return [key, `${key}:state`];
  }

  #channel(stream: string): string {
    return toRedisChannel(this.#connection, this.#tails.channel(stream));
  }
}

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
  /** Readers look without being woken this often, should a connection have died in silence. Default 10 s. */
  readonly lookIntervalMs?: number;
}

/** How many entries a reader that catches up takes at once. */
const PAGE_ENTRIES = 500;

/**
 * Redis Streams whose entry ids are `<seq>-0`, with the epoch, the last `seq` and the seal in a hash beside them; scripts
 * change both at once. An append is also broadcast, entries included, so that live readers need no command of their own.
 * The broadcast may lose messages: a reader that sees a gap, is told of one, or falls behind reads from the stream again.
 * One process uses two connections, however many readers it has.
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
          // Caught up before the look: what is broadcast meanwhile queues, and what of it was seen is skipped below.
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
    // The state is read second: it may be ahead of the entries, never behind, so the end is not taken too early.
    const [found, state] = await Promise.all([
      this.#connection.commands.xrange(entriesKey, `${afterSeq + 1}-0`, '+', 'COUNT', PAGE_ENTRIES),
      this.last(stream),
    ]);
    const entries = found.map(([id, fields]) => ({ seq: Number.parseInt(id, 10), data: fields[1]! }));
    return { entries, ...(state ?? { seq: 0, sealed: false }) };
  }

  /** In one hash slot, so that a script may use both in a cluster. */
  #keys(stream: string): [entries: string, state: string] {
    const key = `${this.#connection.prefix}stream:{${stream}}`;
    return [key, `${key}:state`];
  }

  #channel(stream: string): string {
    return toRedisChannel(this.#connection, this.#tails.channel(stream));
  }
}

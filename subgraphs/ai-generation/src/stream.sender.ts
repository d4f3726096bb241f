import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@vibecode/platform/log';
import { Outage } from '@vibecode/platform/outage';
import {
  SequenceError,
  StaleEpochError,
  type StreamLog,
  StreamSealedError,
} from '@vibecode/platform/stream-log/stream-log';
import { type SequencedEvent, toEntry, toStreamName } from './generation.events.ts';

export interface StreamSenderOptions {
  readonly streamLog: StreamLog;
  readonly log: Logger;
  readonly generationId: string;
  readonly epoch: number;
  /** Stored events with a greater seq than `afterSeq`, in order. */
  readonly load: (afterSeq: number) => Promise<readonly SequencedEvent[]>;
}

const MIN_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/**
 * Sends a generation's stored events to the stream log, in order. What could not be appended is kept, and sent again. A log that
 * has lost entries is filled again from what is stored, so that an entry has the same seq for ever.
 */
export class StreamSender implements AsyncDisposable {
  readonly #options: StreamSenderOptions;
  readonly #stop = new AbortController();
  readonly #outage: Outage;
  #unsent: readonly SequencedEvent[] = [];
  #sending: Promise<void> | null = null;

  constructor(options: StreamSenderOptions) {
    this.#options = options;
    this.#outage = new Outage({
      log: options.log,
      begins: { action: 'generation.not-streamed', message: 'watchers wait; what is stored is sent again' },
      ends: { action: 'generation.streamed-again' },
      fields: { generationId: options.generationId },
    });
  }

  send(events: readonly SequencedEvent[]): void {
    this.#unsent = [...this.#unsent, ...events];
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
  }

  /** Resolves when all is sent. */
  async settle(): Promise<void> {
    await this.#sending;
  }

  /** Stops sending; what is not sent is stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    const { streamLog, generationId, epoch } = this.#options;
    let pauseMs = MIN_PAUSE_MS;
    while (this.#unsent.length > 0 && !this.#stop.signal.aborted) {
      const events = this.#unsent;
      try {
        await streamLog.append(toStreamName(generationId), epoch, events.map(toEntry));
        this.#unsent = this.#unsent.slice(events.length);
        this.#outage.succeed();
        pauseMs = MIN_PAUSE_MS;
        continue;
      } catch (error) {
        if (await this.#mend(error)) continue;
      }
      // Aborted: the next round ends.
      await delay(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
    }
  }

  /** Whether to go on at once. */
  async #mend(error: unknown): Promise<boolean> {
    // Another worker sends: whether it may is for the database to say, which nothing was told without.
    if (error instanceof StaleEpochError || error instanceof StreamSealedError) {
      this.#unsent = [];
      return true;
    }
    if (!(error instanceof SequenceError)) {
      this.#outage.fail(error);
      return false;
    }
    try {
      this.#unsent = await this.#options.load(Number(error.details.last));
      return true;
    } catch (loadError) {
      this.#outage.fail(loadError);
      return false;
    }
  }
}

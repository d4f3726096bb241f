import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { type GenerationEventData, type SequencedEvent, toStreamName } from './generation.events.ts';

/** Tokens wait for company at most this long … */
const COALESCE_MS = 15;
/** … and until there are this many bytes of them. */
const COALESCE_BYTES = 256;

export interface EventWriterOptions {
  readonly log: StreamLog;
  readonly generationId: string;
  readonly epoch: number;
  /** Seq of the last event there is already. */
  readonly lastSeq: number;
  /** Called once when an append fails; nothing is appended after that. */
  readonly onFailure: (error: unknown) => void;
  /** Runs a task later, and answers how to call it off. Default by `setTimeout`. */
  readonly schedule?: (task: () => void, delayMs: number) => () => void;
}

/**
 * Numbers a generation's events and sends them to the stream log in order. The first token goes at once; later ones are joined
 * for at most 15 ms or 256 bytes, and any other event takes what waits with it. Appends that come while one is under way go
 * together in the next.
 */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #schedule: NonNullable<EventWriterOptions['schedule']>;
  #seq: number;
  #text = '';
  #textBytes = 0;
  #hasFirstToken = false;
  #cancelTimer: (() => void) | null = null;
  #toAppend: SequencedEvent[] = [];
  #toPersist: SequencedEvent[] = [];
  #appending: Promise<void> | null = null;
  #failed = false;

  constructor(options: EventWriterOptions) {
    this.#options = options;
    this.#seq = options.lastSeq;
    this.#schedule = options.schedule ?? scheduleTimeout;
  }

  /** Adds tokens of the answer. */
  writeText(text: string): void {
    if (text === '') return;
    this.#text += text;
    this.#textBytes += Buffer.byteLength(text);
    if (!this.#hasFirstToken || this.#textBytes >= COALESCE_BYTES) this.#flushText();
    else this.#cancelTimer ??= this.#schedule(() => this.#flushText(), COALESCE_MS);
  }

  write(...events: readonly GenerationEventData[]): void {
    this.#flushText();
    this.#add(events);
  }

  /** Numbers events that have to be stored before anyone sees them; `publish` sends them. */
  prepare(...events: readonly GenerationEventData[]): SequencedEvent[] {
    this.#flushText();
    return events.map((event) => ({ seq: ++this.#seq, ...event }));
  }

  publish(events: readonly SequencedEvent[]): void {
    this.#toAppend.push(...events);
    this.#startAppending();
  }

  /** The events that were not handed out for storing yet; those given back by `restoreUnpersisted` among them. */
  takeUnpersisted(): SequencedEvent[] {
    this.#flushText();
    const events = this.#toPersist;
    this.#toPersist = [];
    return events;
  }

  restoreUnpersisted(events: readonly SequencedEvent[]): void {
    this.#toPersist = [...events, ...this.#toPersist];
  }

  /** Resolves when everything written so far is in the stream log. */
  async settle(): Promise<void> {
    this.#flushText();
    while (this.#appending) await this.#appending;
  }

  /** Drops what waits. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #flushText(): void {
    this.stop();
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#textBytes = 0;
    this.#hasFirstToken = true;
    this.#add([{ type: 'TokenDelta', text }]);
  }

  #add(events: readonly GenerationEventData[]): void {
    const numbered = events.map((event) => ({ seq: ++this.#seq, ...event }));
    this.#toPersist.push(...numbered);
    this.publish(numbered);
  }

  #startAppending(): void {
    if (this.#appending || this.#failed || this.#toAppend.length === 0) return;
    this.#appending = this.#appendAll().finally(() => {
      this.#appending = null;
      this.#startAppending();
    });
  }

  async #appendAll(): Promise<void> {
    const { log, generationId, epoch, onFailure } = this.#options;
    const events = this.#toAppend;
    this.#toAppend = [];
    try {
      await log.append(toStreamName(generationId), epoch, events.map(toEntry));
    } catch (error) {
      this.#failed = true;
      onFailure(error);
    }
  }
}

export function toEntry({ seq, ...event }: SequencedEvent): { seq: number; data: string } {
  return { seq, data: JSON.stringify(event) };
}

export function fromEntry({ seq, data }: { readonly seq: number; readonly data: string }): SequencedEvent {
  return { seq, ...(JSON.parse(data) as GenerationEventData) };
}

function scheduleTimeout(task: () => void, delayMs: number): () => void {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}

import type { EntityManager } from '@mikro-orm/postgresql';
import type { Generation } from './generation.entity.ts';
import type { GenerationEventData, SequencedEvent } from './generation.events.ts';

/** Tokens wait for company at most this long … */
const COALESCE_MS = 15;
/** … and until there are this many bytes of them. */
const COALESCE_BYTES = 256;

/** Changes a generation's row, and what belongs to it. It may run more than once, on a row read anew. */
export type RowChange = (generation: Generation, em: EntityManager) => unknown;

export interface EventWriterOptions {
  /** Seq of the last event there is already. */
  readonly lastSeq: number;
  /** Stores events, and changes the row, in one transaction. One call at a time. */
  readonly store: (events: readonly SequencedEvent[], changes: readonly RowChange[]) => Promise<void>;
  /** Sends events that are stored to watchers. */
  readonly publish: (events: readonly SequencedEvent[]) => void;
  /** Called once when storing fails; nothing is stored after that. */
  readonly onFailure: (error: unknown) => void;
  /** Runs a task later, and answers how to call it off. Default by `setTimeout`. */
  readonly schedule?: (task: () => void, delayMs: number) => () => void;
}

/**
 * Numbers a generation's events, stores them in order, and then publishes them: what a watcher has seen is stored, so that no seq
 * is ever used twice, whoever is killed. The first token goes at once; later ones are joined for at most 15 ms or 256 bytes, and
 * any other event takes what waits with it. What comes while a batch is being stored goes together in the next.
 */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #schedule: NonNullable<EventWriterOptions['schedule']>;
  #seq: number;
  #text = '';
  #textBytes = 0;
  #hasFirstToken = false;
  #cancelTimer: (() => void) | null = null;
  #events: SequencedEvent[] = [];
  #changes: RowChange[] = [];
  #storing: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

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
    this.#startStoring();
  }

  /** Changes the row in one transaction with the events. */
  change(change: RowChange, ...events: readonly GenerationEventData[]): void {
    this.#changes.push(change);
    this.write(...events);
  }

  /** @throws what storing has thrown, when not everything written so far is stored */
  async settle(): Promise<void> {
    this.#flushText();
    while (this.#storing) await this.#storing;
    if (this.#failure) throw this.#failure.error;
  }

  /** What could not be stored, and these events behind it, for whoever stores the end. Nothing may be written after that. */
  async close(...events: readonly GenerationEventData[]): Promise<SequencedEvent[]> {
    // `onFailure` has had it, and the caller stores what is left.
    await this.settle().catch(() => undefined);
    this.#add(events);
    return this.#events;
  }

  #flushText(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#textBytes = 0;
    this.#hasFirstToken = true;
    this.#add([{ type: 'TokenDelta', text }]);
    this.#startStoring();
  }

  #add(events: readonly GenerationEventData[]): void {
    this.#events.push(...events.map((event) => ({ seq: ++this.#seq, ...event })));
  }

  #startStoring(): void {
    if (this.#storing || this.#failure || (this.#events.length === 0 && this.#changes.length === 0)) return;
    this.#storing = this.#storeAll().finally(() => {
      this.#storing = null;
      this.#startStoring();
    });
  }

  async #storeAll(): Promise<void> {
    const [events, changes] = [this.#events, this.#changes];
    [this.#events, this.#changes] = [[], []];
    try {
      await this.#options.store(events, changes);
    } catch (error) {
      this.#events = [...events, ...this.#events];
      this.#failure = { error };
      this.#options.onFailure(error);
      return;
    }
    this.#options.publish(events);
  }
}

function scheduleTimeout(task: () => void, delayMs: number): () => void {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}

import type { GenerationEventsSubscription, GenerationStatus } from '../../api/generated/graphql.ts';
import { type AnswerSegment, AnswerSegments } from './answer.segments.ts';

export type GenerationEvent = GenerationEventsSubscription['generationEvents'];

export interface StreamedFile {
  readonly path: string;
  /** Null while it is being written. */
  readonly bytes: number | null;
}

/** What has come of a generation. */
export interface StreamSnapshot {
  readonly lastSeq: number;
  readonly status: GenerationStatus;
  readonly text: string;
  readonly segments: readonly AnswerSegment[];
  readonly files: readonly StreamedFile[];
  /** About the tokens of a second, by four characters each; null before there is anything to measure. */
  readonly tokensPerSecond: number | null;
  readonly finished: { readonly completionTokens: number; readonly durationMs: number } | null;
}

export const TERMINAL: ReadonlySet<GenerationStatus> = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

/** Nothing is at work on it: it has ended, or waits for its user. */
export function isResting(status: GenerationStatus): boolean {
  return status === 'REVIEW' || TERMINAL.has(status);
}

const CHARACTERS_A_TOKEN = 4;
const RATE_WINDOW_MS = 2_000;

/**
 * Puts a generation's events together, whichever way they come: `seq` runs from 1 without a gap, so what came already is
 * passed over, and what came too early waits for what is missing. The result is the same for every way of delivery.
 */
export class GenerationStream {
  #lastSeq = 0;
  #early = new Map<number, GenerationEvent>();
  #status: GenerationStatus = 'QUEUED';
  #text = '';
  #answer = new AnswerSegments();
  #files = new Map<string, StreamedFile>();
  #finished: StreamSnapshot['finished'] = null;
  /** Times and lengths of the text, for the rate; the oldest ones fall out. */
  #arrivals: { readonly atMs: number; readonly length: number }[] = [];
  readonly #now: () => number;

  /** `now` in milliseconds; default `performance.now`. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Ask for events after this one when the connection was lost. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  push(event: GenerationEvent): void {
    if (event.seq <= this.#lastSeq) return;
    this.#early.set(event.seq, event);
    for (let next = this.#early.get(this.#lastSeq + 1); next; next = this.#early.get(this.#lastSeq + 1)) {
      this.#early.delete(next.seq);
      this.#lastSeq = next.seq;
      this.#apply(next);
    }
  }

  snapshot(): StreamSnapshot {
    return {
      lastSeq: this.#lastSeq,
      status: this.#status,
      text: this.#text,
      segments: this.#answer.segments,
      files: [...this.#files.values()],
      tokensPerSecond: this.#toRate(),
      finished: this.#finished,
    };
  }

  #apply(event: GenerationEvent): void {
    switch (event.__typename) {
      case 'StatusChanged':
        this.#status = event.status;
        break;
      case 'TokenDelta':
        this.#text += event.text;
        this.#answer.push(event.text);
        this.#arrivals.push({ atMs: this.#now(), length: event.text.length });
        break;
      case 'FileStarted':
        this.#files.set(event.path, { path: event.path, bytes: null });
        break;
      case 'FileFinished':
        this.#files.set(event.path, { path: event.path, bytes: event.bytes });
        break;
      case 'GenerationFinished':
        this.#status = event.status;
        this.#answer.end();
        this.#finished = { completionTokens: event.completionTokens, durationMs: event.durationMs };
        break;
      case 'StepStarted':
      case 'ToolCalled':
        break;
    }
  }

  #toRate(): number | null {
    const now = this.#now();
    const firstKept = this.#arrivals.findIndex(({ atMs }) => now - atMs <= RATE_WINDOW_MS);
    if (firstKept > 0) this.#arrivals.splice(0, firstKept);
    const [first] = this.#arrivals;
    const spanMs = first ? now - first.atMs : 0;
    if (!first || this.#finished || spanMs < 250) return null;
    const characters = this.#arrivals.reduce((sum, { length }) => sum + length, 0);
    return Math.round(characters / CHARACTERS_A_TOKEN / (spanMs / 1000));
  }
}

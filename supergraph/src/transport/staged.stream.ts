import type { CancelSignal } from '../request/cancellation.ts';
import type { EventSink, GraphQLResult, SubscriptionStream } from '../request/message.ts';
import { iterateStream } from './event.iterator.ts';

/** Results that wait for the stage before the stream is told to wait itself. */
const MAX_AHEAD = 16;

export interface StagedStreamOptions {
  readonly stream: SubscriptionStream;
  /** The result to pass on in place of one, both as JSON text. */
  readonly change: (text: string, isFirst: boolean) => Promise<string>;
  /** The result that ends the stream when that fails. */
  readonly fail: (error: unknown) => string;
  readonly signal: CancelSignal;
}

/** Passes each result of a stream through a stage that takes its time, one after the other. */
export class StagedStream implements SubscriptionStream {
  readonly isDeferred: boolean;
  readonly #waiting: string[] = [];
  #sink: EventSink | null = null;
  #isFirst = true;
  #isRunning = false;
  #isSinkFull = false;
  #isSourceFull = false;
  #isComplete = false;
  #isStopped = false;

  constructor(private readonly options: StagedStreamOptions) {
    this.isDeferred = options.stream.isDeferred === true;
  }

  attach(sink: EventSink): void {
    this.#sink = sink;
    this.options.stream.attach({
      next: (text) => {
        this.#waiting.push(text);
        void this.#run();
        this.#isSourceFull = this.#waiting.length >= MAX_AHEAD;
        return !this.#isSourceFull;
      },
      complete: () => {
        this.#isComplete = true;
        void this.#run();
      },
    });
  }

  resume(): void {
    this.#isSinkFull = false;
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
    this.options.stream.stop();
  }

  [Symbol.asyncIterator](): AsyncIterator<GraphQLResult> {
    return iterateStream(this, this.options.signal);
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (!this.#isStopped && !this.#isSinkFull && this.#waiting.length > 0) {
      const text = this.#waiting.shift() as string;
      await this.#pass(text);
      if (this.#isSourceFull && this.#waiting.length < MAX_AHEAD / 2 && !this.#isStopped) {
        this.#isSourceFull = false;
        this.options.stream.resume();
      }
    }
    this.#isRunning = false;
    if (this.#isComplete && !this.#isStopped && this.#waiting.length === 0 && !this.#isSinkFull) this.#complete();
  }

  async #pass(text: string): Promise<void> {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    try {
      const changed = await this.options.change(text, isFirst);
      if (!this.#isStopped) this.#isSinkFull = this.#sink?.next(changed) === false;
    } catch (error) {
      if (this.#isStopped) return;
      this.#sink?.next(this.options.fail(error));
      this.stop();
      this.#complete();
    }
  }

  #complete(): void {
    const sink = this.#sink;
    this.#sink = null;
    sink?.complete();
  }
}

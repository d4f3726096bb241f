import type { Logger } from '@vibecode/platform/log';
import type { StreamEntry, StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { toEntry, toStreamName } from './execution.stream.ts';
import type { OutputChunk } from './sandbox/sandbox.ts';

const coalesceMs = 15;

/**
 * Writes the output of one run to its stream as it comes: what follows within 15 ms goes out as one entry. Keeps all of
 * it for the row, so that what is stored is what was streamed, entry by entry.
 */
export class OutputWriter {
  readonly chunks: OutputChunk[] = [];
  #pending: OutputChunk | null = null;
  #unsent: StreamEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushedAt = -Infinity;
  #sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: StreamLog,
    private readonly execution: { readonly id: string; readonly epoch: number },
    private readonly logger: Logger,
  ) {}

  add(chunk: OutputChunk): void {
    if (this.#pending && this.#pending.stream !== chunk.stream) this.#flush();
    this.#pending = { stream: chunk.stream, text: (this.#pending?.text ?? '') + chunk.text };
    if (performance.now() - this.#flushedAt >= coalesceMs) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), coalesceMs);
  }

  /** Everything is in the stream when this resolves; rejects when the stream log does not take it. */
  async close(): Promise<void> {
    this.#flush();
    await this.#sending;
    await this.#send();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#pending) return;
    this.chunks.push(this.#pending);
    this.#unsent.push(toEntry(this.chunks.length, this.#pending));
    this.#pending = null;
    this.#flushedAt = performance.now();
    // What could not be sent stays, and goes with the next entry or at the end.
    this.#sending = this.#sending
      .then(() => this.#send())
      .catch((error: unknown) =>
        this.logger.warn({ action: 'execution.output', error }, 'Output could not be streamed yet'),
      );
  }

  async #send(): Promise<void> {
    const entries = this.#unsent;
    if (entries.length === 0) return;
    await this.log.append(toStreamName(this.execution.id), this.execution.epoch, entries);
    this.#unsent = this.#unsent.slice(entries.length);
  }
}

import type { Logger } from '@vibecode/platform/log';
import type { StreamEntry, StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { toEntry, toStreamName } from './execution.stream.ts';
import type { OutputChunk } from './sandbox/sandbox.ts';

const COALESCE_MS = 15;

/**
 * Writes the output of one run to its stream as it arrives; output within 15 ms becomes one entry. It keeps the entries for the row,
 * so that the stored output equals the streamed one, entry by entry.
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
    if (performance.now() - this.#flushedAt >= COALESCE_MS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), COALESCE_MS);
  }

  /** Resolves when all output is in the stream; rejects if the stream log does not accept it. */
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
    // Output that could not be sent is kept, and sent with the next entry or at the end.
    this.#sending = this.#sending
      .then(() => this.#send())
      .catch((error: unknown) =>
        this.logger.warn(
          { action: 'execution.output', error },
          'Output of a run could not be streamed; it is sent with the next entry',
        ),
      );
  }

  async #send(): Promise<void> {
    const entries = this.#unsent;
    if (entries.length === 0) return;
    await this.log.append(toStreamName(this.execution.id), this.execution.epoch, entries);
    this.#unsent = this.#unsent.slice(entries.length);
  }
}

import type { DestinationStream } from 'pino';

/** The target of log lines. Lines that it refuses are lost. */
export interface LogSink {
  /** Resolves when all lines are written. */
  write(lines: string): Promise<void>;
  /** Writes synchronously as much as possible, at the end of the process. */
  writeNow(lines: string): void;
  close(): Promise<void>;
}

/** Disposing writes the waiting lines and closes the sink. */
export interface LogDestination extends DestinationStream, AsyncDisposable {}

export interface LogDestinationOptions {
  /** Time that lines wait for further ones, because a write for each line is expensive. Default 100. */
  readonly flushIntervalMs?: number;
  /** Lines are written earlier when this many bytes wait. Default 64,000. */
  readonly flushBytes?: number;
  /** Most bytes that wait for a slow or refusing sink; further lines are lost. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Longest pause between attempts to write to a refusing sink. Default 10,000. */
  readonly maxPauseMs?: number;
  /** Called once each time the sink begins to refuse. */
  readonly onRefused?: (error: Error) => void;
}

const [FLUSH_INTERVAL_MS, FLUSH_BYTES, MAX_BYTES, FIRST_PAUSE_MS, MAX_PAUSE_MS] = [100, 64_000, 1_048_576, 250, 10_000];

/**
 * Buffers log lines, so that writing a line never throws or waits. If the sink refuses lines (a full
 * disk, a closed pipe), writing is repeated after growing pauses. The buffer is bounded. Once the sink accepts lines again, one
 * line states how many were lost.
 */
export function createLogDestination(sink: LogSink, options: LogDestinationOptions = {}): LogDestination {
  return new BufferedDestination(sink, options);
}

class BufferedDestination implements LogDestination {
  readonly #sink: LogSink;
  readonly #options: LogDestinationOptions;
  readonly #flushBytes: number;
  readonly #maxBytes: number;
  #lines: string[] = [];
  #bytes = 0;
  #lost = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #closed = false;
  readonly #onExit = () => this.#writeNow();

  constructor(sink: LogSink, options: LogDestinationOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#flushBytes = options.flushBytes ?? FLUSH_BYTES;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    process.once('exit', this.#onExit);
  }

  write(line: string): void {
    if (this.#closed || this.#bytes + line.length > this.#maxBytes) {
      this.#lost += 1;
      return;
    }
    this.#lines.push(line);
    this.#bytes += line.length;
    if (this.#failures === 0 && this.#bytes >= this.#flushBytes) this.#flush();
    else this.#schedule(this.#options.flushIntervalMs ?? FLUSH_INTERVAL_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    await this.#writing;
    this.#flush();
    await this.#writing;
    this.#closed = true;
    this.#cancel();
    process.off('exit', this.#onExit);
    await this.#sink.close();
  }

  #schedule(delayMs: number): void {
    if (this.#timer || this.#writing) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flush();
    }, delayMs).unref();
  }

  #cancel(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #flush(): void {
    if (this.#writing || this.#lines.length === 0) return;
    this.#cancel();
    const lines = this.#take();
    this.#writing = this.#sink.write(lines.join('')).then(
      () => this.#onWritten(),
      (error: Error) => this.#onRefused(error, lines),
    );
  }

  #onWritten(): void {
    this.#writing = null;
    this.#failures = 0;
    if (this.#lost > 0) {
      this.#lines.unshift(toLossLine(this.#lost));
      this.#lost = 0;
    }
    if (this.#lines.length > 0) this.#schedule(this.#bytes >= this.#flushBytes ? 0 : FLUSH_INTERVAL_MS);
  }

  /** Some of the lines may have been written. All count as lost, so that none is written twice. */
  #onRefused(error: Error, lines: readonly string[]): void {
    this.#writing = null;
    this.#lost += lines.length;
    this.#failures += 1;
    if (this.#failures === 1) this.#options.onRefused?.(error);
    const maxPauseMs = this.#options.maxPauseMs ?? MAX_PAUSE_MS;
    // Also without waiting lines: the next line must not end the pause.
    this.#schedule(Math.min(maxPauseMs, FIRST_PAUSE_MS * 2 ** (this.#failures - 1)));
  }

  #take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    return lines;
  }

  #writeNow(): void {
    if (this.#lines.length > 0) this.#sink.writeNow(this.#take().join(''));
  }
}

/** Starts with a line break, because the previous line may have been cut off. */
function toLossLine(lines: number): string {
  const fields = { level: 'WARN', timestamp: new Date().toISOString(), action: 'log.lost', lines };
  return `\n${JSON.stringify({ ...fields, message: `${lines} log lines were lost: they could not be written` })}\n`;
}

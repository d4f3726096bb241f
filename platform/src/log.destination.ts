import type { DestinationStream } from 'pino';

/** Where log lines end up. What it refuses is lost: it is not asked to keep anything. */
export interface LogSink {
  /** Resolves when all of it is written. */
  write(lines: string): Promise<void>;
  /** For the end of the process: writes at once what it can. */
  writeNow(lines: string): void;
  close(): Promise<void>;
}

/** Disposing it writes what waits, and closes the sink. */
export interface LogDestination extends DestinationStream, AsyncDisposable {}

export interface LogDestinationOptions {
  /** Lines wait this long for others: a write for each line costs more than making it. Default 100. */
  readonly flushIntervalMs?: number;
  /** Lines go out before that when so many bytes wait. Default 16 KiB. */
  readonly flushBytes?: number;
  /** Most bytes that wait for a sink that is slow or refuses; lines beyond are lost. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Longest pause between attempts at a sink that refuses. Default 10,000. */
  readonly maxPauseMs?: number;
  /** Told once each time the sink begins to refuse. */
  readonly onRefused?: (error: Error) => void;
}

const [FLUSH_INTERVAL_MS, FLUSH_BYTES, MAX_BYTES, FIRST_PAUSE_MS, MAX_PAUSE_MS] = [100, 16_000, 1_048_576, 250, 10_000];

/**
 * Takes log lines and never lets the sink be felt: writing a line neither throws nor waits. A sink that refuses (a full
 * disk, a reader that is gone) is tried again after growing pauses, the memory for what waits is bounded, and once the sink
 * takes lines again one of them says how many were lost.
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

  /** Part of them may have been written: they count as lost rather than being written twice. */
  #onRefused(error: Error, lines: readonly string[]): void {
    this.#writing = null;
    this.#lost += lines.length;
    this.#failures += 1;
    if (this.#failures === 1) this.#options.onRefused?.(error);
    const maxPauseMs = this.#options.maxPauseMs ?? MAX_PAUSE_MS;
    // Also when nothing waits: the next line must not be what ends the pause.
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

/** Begins a line of its own: the last one may have been cut off. */
function toLossLine(lines: number): string {
  const fields = { level: 'WARN', timestamp: new Date().toISOString(), action: 'log.lost', lines };
  return `\n${JSON.stringify({ ...fields, message: `${lines} log lines were lost: they could not be written` })}\n`;
}

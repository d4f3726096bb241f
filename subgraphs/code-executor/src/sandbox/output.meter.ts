import { TextDecoder } from 'node:util';
import type { OutputChunk, OutputStream } from './sandbox.ts';

/**
 * Converts the bytes of a program's output to text, and counts them. Bytes beyond the limit are dropped exactly, which is reported
 * once. A text never ends within a character, so that chunks can be joined in any grouping.
 */
export class OutputMeter {
  #remainingBytes: number;
  #closed = false;
  readonly #decoders: Readonly<Record<OutputStream, TextDecoder>> = {
    STDOUT: new TextDecoder('utf-8', { ignoreBOM: true }),
    STDERR: new TextDecoder('utf-8', { ignoreBOM: true }),
  };
  truncated = false;

  constructor(
    limitBytes: number,
    readonly onOutput: (chunk: OutputChunk) => void,
    readonly onExceeded: () => void,
  ) {
    this.#remainingBytes = limitBytes;
  }

  write(stream: OutputStream, bytes: Uint8Array): void {
    if (this.#closed || this.truncated) return;
    const kept = bytes.subarray(0, this.#remainingBytes);
    this.#remainingBytes -= kept.byteLength;
    this.#emit(stream, this.#decoders[stream].decode(kept, { stream: true }));
    if (kept.byteLength < bytes.byteLength) {
      this.truncated = true;
      this.onExceeded();
    }
  }

  /** Emits the bytes of an incomplete last character. A character that the limit cuts off is omitted. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.truncated) return;
    for (const stream of ['STDOUT', 'STDERR'] as const) this.#emit(stream, this.#decoders[stream].decode());
  }

  #emit(stream: OutputStream, text: string): void {
    // PostgreSQL's text supports every character except NUL, and the streamed text must equal the stored one.
    if (text !== '') this.onOutput({ stream, text: text.replaceAll('\0', '\uFFFD') });
  }
}

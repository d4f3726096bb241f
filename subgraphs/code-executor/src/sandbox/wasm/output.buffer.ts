import type { OutputStream } from '../sandbox.ts';

const FLUSH_BYTES = 16 * 1024;
const FLUSH_MS = 15;

/**
 * Collects a program's output, so that frequent short writes do not become as many messages. The first write after a pause is
 * sent at once, and writes within the next 15 ms are sent together. Output far beyond the limit is dropped, because the reader
 * has stopped the program by then.
 */
export class OutputBuffer {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #stream: OutputStream = 'STDOUT';
  #flushedAt = -Infinity;
  #remainingBytes = Infinity;

  readonly #send: (stream: OutputStream, bytes: Uint8Array<ArrayBuffer>) => void;

  constructor(send: (stream: OutputStream, bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send;
  }

  limit(bytes: number): void {
    this.#remainingBytes = bytes;
  }

  write(stream: OutputStream, bytes: Uint8Array): void {
    if (this.#remainingBytes <= 0 || bytes.byteLength === 0) return;
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
    const kept = bytes.subarray(0, this.#remainingBytes);
    this.#remainingBytes -= kept.byteLength;
    this.#parts.push(kept);
    this.#bytes += kept.byteLength;
    if (this.#bytes >= FLUSH_BYTES || this.#remainingBytes <= 0) this.flush();
    else this.flushIfDue();
  }

  flushIfDue(): void {
    if (this.#bytes > 0 && performance.now() - this.#flushedAt >= FLUSH_MS) this.flush();
  }

  flush(): void {
    if (this.#bytes === 0) return;
    const joined = new Uint8Array(this.#bytes);
    let position = 0;
    for (const part of this.#parts) {
      joined.set(part, position);
      position += part.byteLength;
    }
    this.#parts = [];
    this.#bytes = 0;
    this.#flushedAt = performance.now();
    this.#send(this.#stream, joined);
  }
}

import type { OutputStream } from '../sandbox.ts';

const flushBytes = 16 * 1024;
const flushMs = 15;

/**
 * Gathers what a program writes, so that a line a microsecond does not become a message a microsecond. The first write
 * after a pause goes out at once, what follows within 15 ms goes together. Drops what is far beyond the limit: the
 * reader has stopped the program by then.
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
    if (this.#bytes >= flushBytes || this.#remainingBytes <= 0) this.flush();
    else this.flushIfDue();
  }

  flushIfDue(): void {
    if (this.#bytes > 0 && performance.now() - this.#flushedAt >= flushMs) this.flush();
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

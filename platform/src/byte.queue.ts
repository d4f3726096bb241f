/**
 * A queue of bytes that arrive in chunks and are read as messages with a length prefix. Each byte is copied at most once, for
 * any size of chunks and messages. Joining all received bytes at every chunk would take quadratic time.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk with unread bytes. */
  #head = 0;
  #length = 0;

  /** Number of unread bytes. */
  get length(): number {
    return this.#length;
  }

  /** Keeps the chunk itself, not a copy of it. */
  push(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
  }

  /** @returns the next bytes without removing them, or null while there are fewer. Meant for the few bytes of a length */
  peek(bytes: number): Buffer | null {
    if (bytes > this.#length) return null;
    const part = Buffer.allocUnsafe(bytes);
    for (let at = 0, index = this.#head; at < bytes; index += 1) {
      const chunk = this.#chunks[index]!.subarray(0, bytes - at);
      part.set(chunk, at);
      at += chunk.byteLength;
    }
    return part;
  }

  /** Removes the next bytes. @returns null while there are fewer. The result may share memory with a chunk */
  take(bytes: number): Buffer | null {
    if (bytes > this.#length) return null;
    const first = this.#chunks[this.#head];
    const isWhole = first !== undefined && first.byteLength >= bytes;
    const taken = isWhole ? Buffer.from(first.buffer, first.byteOffset, bytes) : this.peek(bytes)!;
    this.#skip(bytes);
    return taken;
  }

  #skip(bytes: number): void {
    this.#length -= bytes;
    let left = bytes;
    while (left > 0) {
      const chunk = this.#chunks[this.#head]!;
      if (chunk.byteLength > left) {
        this.#chunks[this.#head] = chunk.subarray(left);
        break;
      }
      left -= chunk.byteLength;
      this.#head += 1;
    }
    if (this.#head * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }
}

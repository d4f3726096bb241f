/**
 * Bytes that arrive in chunks and are read in messages of a length that stands at their beginning. Each byte is copied at most
 * once, however small the chunks and however long a message: joining all that has come at every chunk is quadratic.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk that has not been read. */
  #head = 0;
  #length = 0;

  /** Bytes that can be read. */
  get length(): number {
    return this.#length;
  }

  /** Keeps the chunk itself, not a copy of it. */
  push(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
  }

  /** The next bytes, which stay; null while there are fewer. Meant for the few that hold a length. */
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

  /** Takes the next bytes out; null while there are fewer. They may share memory with the chunk they came in. */
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

/** From this length on a body gets its place in advance. */
const MIN_EXPECTED_BYTES = 128 * 1024;

/**
 * A body that arrives in chunks. A large one whose length is known is copied into its place at once: chunks kept until the end
 * would outlive the young generation, and every large answer would cost a collection of the whole heap.
 */
export class CollectedBody {
  #chunks: Buffer[] = [];
  #length = 0;
  #place: Buffer | null = null;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** @param bytes by `content-length`; NaN where there is none */
  expect(bytes: number, limitBytes: number): void {
    if (bytes >= MIN_EXPECTED_BYTES && bytes <= limitBytes) this.#place = Buffer.allocUnsafeSlow(bytes);
  }

  add(chunk: Buffer): void {
    if (this.#place && this.#length + chunk.length <= this.#place.length) this.#place.set(chunk, this.#length);
    else this.#leavePlace(chunk);
    this.#length += chunk.length;
  }

  whole(): Buffer {
    if (this.#place) return this.#length === this.#place.length ? this.#place : this.#place.subarray(0, this.#length);
    const [first, second] = this.#chunks;
    return first && !second ? first : Buffer.concat(this.#chunks, this.#length);
  }

  /** More came than was announced. */
  #leavePlace(chunk: Buffer): void {
    if (this.#place) this.#chunks = [this.#place.subarray(0, this.#length)];
    this.#place = null;
    this.#chunks.push(chunk);
  }
}

/**
 * Tracks the offset up to which a partition may be committed while its messages finish out of order: the offset after the longest
 * run of finished messages from the start. Committing more would lose an unfinished message in a crash.
 */
export class OffsetTracker {
  readonly #pending: bigint[] = [];
  readonly #finished = new Set<bigint>();
  #head = 0;
  #committable: bigint | null = null;

  /** Offsets must rise, but may have gaps, because a compacted or transactional log skips some. */
  start(offset: bigint): void {
    const last = this.#pending.at(-1);
    if (last !== undefined && offset <= last) {
      throw new RangeError(`Offsets must rise: ${offset} came after ${last}.`);
    }
    this.#pending.push(offset);
  }

  /** @throws RangeError for an offset that was not started, or has finished before */
  finish(offset: bigint): void {
    if (this.#finished.has(offset) || !this.#isPending(offset)) {
      throw new RangeError(`Offset ${offset} has not been started, or has finished already.`);
    }
    this.#finished.add(offset);
    for (let next = this.#pending[this.#head]; next !== undefined && this.#finished.delete(next); ) {
      this.#committable = next + 1n;
      this.#head += 1;
      next = this.#pending[this.#head];
    }
  }

  /** The next offset to read after a crash; null until the first message has finished. */
  get committable(): bigint | null {
    return this.#committable;
  }

  #isPending(offset: bigint): boolean {
    return this.#pending.includes(offset, this.#head);
  }
}

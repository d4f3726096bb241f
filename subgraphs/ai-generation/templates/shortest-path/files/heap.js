/** A binary heap that gives the item of the least priority first. */
export class MinHeap {
  #entries = [];

  get size() {
    return this.#entries.length;
  }

  push(item, priority) {
    const entries = this.#entries;
    let at = entries.push({ item, priority }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (entries[parent].priority <= entries[at].priority) break;
      [entries[parent], entries[at]] = [entries[at], entries[parent]];
      at = parent;
    }
  }

  pop() {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (entries.length > 0) {
      entries[0] = last;
      this.#sink();
    }
    return top;
  }

  #sink() {
    const entries = this.#entries;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < entries.length && entries[left].priority < entries[least].priority) least = left;
      if (right < entries.length && entries[right].priority < entries[least].priority) least = right;
      if (least === at) return;
      [entries[least], entries[at]] = [entries[at], entries[least]];
      at = least;
    }
  }
}

/** Events that wait, as JSON text, first in first out, up to a number and a size. */
export class EventQueue {
  #events: string[] = [];
  #head = 0;
  #bytes = 0;

  constructor(
    private readonly maxEvents: number,
    private readonly maxBytes: number,
  ) {}

  get length(): number {
    return this.#events.length - this.#head;
  }

  /** An event larger than the whole queue fits when nothing else waits. */
  hasRoomFor(event: string): boolean {
    return this.length === 0 || (this.length < this.maxEvents && this.#bytes + event.length <= this.maxBytes);
  }

  push(event: string): void {
    this.#events.push(event);
    this.#bytes += event.length;
  }

  shift(): string | undefined {
    const event = this.#events[this.#head];
    if (event === undefined) return undefined;
    this.#events[this.#head] = '';
    this.#head += 1;
    this.#bytes -= event.length;
    if (this.#head === this.#events.length) this.clear();
    return event;
  }

  clear(): void {
    this.#events = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}

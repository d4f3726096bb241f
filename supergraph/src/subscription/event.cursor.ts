import { type Resumption, readCursor } from './resumption.ts';

/** Events are kept for the sake of their cursor up to this size; of larger ones the cursor is read at once. */
const MAX_KEPT = 4_096;

/** A place in a stream: after its last event. The cursor's value is worked out when it is read. */
export class EventCursor {
  #last: string | null = null;
  #value: unknown;

  static copyOf(other: EventCursor): EventCursor {
    const copy = new EventCursor();
    copy.#last = other.#last;
    copy.#value = other.#value;
    return copy;
  }

  /** @param isPlain whether the event is data and nothing else */
  moveTo(payload: string, isPlain: boolean, resumption: Resumption): void {
    if (isPlain && resumption.isAlwaysThere && payload.length <= MAX_KEPT) {
      this.#last = payload;
      return;
    }
    const value = readCursor(payload, resumption);
    if (value === undefined) return;
    this.#value = value;
    this.#last = null;
  }

  /** Reads the cursor of the last event now, while it is known where in the event it stands. */
  settle(resumption: Resumption | null): void {
    if (resumption) this.read(resumption);
  }

  /** Undefined before the first event that has one. */
  read(resumption: Resumption): unknown {
    if (this.#last !== null) {
      this.#value = readCursor(this.#last, resumption);
      this.#last = null;
    }
    return this.#value;
  }
}

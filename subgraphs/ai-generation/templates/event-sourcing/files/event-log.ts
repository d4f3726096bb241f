/** An append-only log whose state is a reducer over it. */
export class EventLog<State, Event> {
  readonly #events: Event[] = [];
  readonly #initial: State;
  readonly #reduce: (state: State, event: Event) => State;

  constructor(initial: State, reduce: (state: State, event: Event) => State) {
    this.#initial = initial;
    this.#reduce = reduce;
  }

  get length(): number {
    return this.#events.length;
  }

  append(...events: Event[]): void {
    this.#events.push(...events);
  }

  undo(): Event | undefined {
    return this.#events.pop();
  }

  /** The state after the first `count` events; after all of them by default. */
  replay(count = this.#events.length): State {
    return this.#events.slice(0, count).reduce(this.#reduce, this.#initial);
  }
}

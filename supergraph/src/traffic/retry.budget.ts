export interface BudgetSettings {
  /** Retries that are always allowed, each second. */
  readonly minPerSecond: number;
  /** How long a request counts. */
  readonly ttlMs: number;
  /** Retries for each request, beyond those: 0.2 is one for five. */
  readonly retryShare: number;
}

const SLOTS = 10;

/**
 * How many retries there may be, so that a subgraph in trouble does not get several times the load. Requests earn and
 * retries spend, in a window of ten slots that moves on with time.
 * Source: `TpsBudget` of tower, which Apollo Router used (https://docs.rs/tower/latest/tower/retry/budget).
 */
export class RetryBudget {
  readonly #slots = new Float64Array(SLOTS);
  readonly #reserve: number;
  readonly #slotMs: number;
  #slot: number;

  constructor(
    private readonly settings: BudgetSettings,
    private readonly now: () => number = performance.now.bind(performance),
  ) {
    const { minPerSecond, ttlMs } = settings;
    this.#reserve = (minPerSecond * ttlMs) / 1_000;
    this.#slotMs = ttlMs / SLOTS;
    this.#slot = Math.floor(now() / this.#slotMs);
  }

  /** A request, which earns. */
  deposit(): void {
    this.#move();
    this.#add(this.settings.retryShare);
  }

  /** A retry, which spends; false when there is nothing left. */
  withdraw(): boolean {
    this.#move();
    let balance = this.#reserve;
    for (const amount of this.#slots) balance += amount;
    if (balance < 1) return false;
    this.#add(-1);
    return true;
  }

  #add(amount: number): void {
    const index = this.#slot % SLOTS;
    this.#slots[index] = (this.#slots[index] ?? 0) + amount;
  }

  #move(): void {
    const slot = Math.floor(this.now() / this.#slotMs);
    if (slot === this.#slot) return;
    const passed = Math.min(slot - this.#slot, SLOTS);
    for (let step = 1; step <= passed; step += 1) this.#slots[(this.#slot + step) % SLOTS] = 0;
    // After a long pause the slots passed over are all of them, wherever the count goes on.
    if (passed === SLOTS) this.#slots.fill(0);
    this.#slot = slot;
  }
}

export interface CircuitOptions {
  /** After so many faults in a row a model is not asked for a while. Default 3. */
  readonly failures?: number;
  /** How long, in milliseconds. Default 10,000. */
  readonly pauseMs?: number;
  readonly now?: () => number;
}

/**
 * Which models are left alone for a while. A model that has answered to its end starts anew; one whose answers keep breaking off
 * does not, although it began each of them. After the pause one request tries it, and its outcome decides.
 *
 * A breaker of a library ends its judgement with the call it wraps; here an answer that has begun is judged by its end.
 */
export class ModelCircuit {
  readonly #options: Required<CircuitOptions>;
  readonly #faults = new Map<string, { count: number; closedUntil: number; trying: boolean }>();

  constructor({ failures = 3, pauseMs = 10_000, now = () => performance.now() }: CircuitOptions = {}) {
    this.#options = { failures, pauseMs, now };
  }

  get pauseMs(): number {
    return this.#options.pauseMs;
  }

  /** Milliseconds until the model may be asked; 0 for now. */
  findWaitMs(modelId: string): number {
    const state = this.#faults.get(modelId);
    if (!state || state.count < this.#options.failures) return 0;
    if (state.trying) return this.#options.pauseMs;
    return Math.max(0, state.closedUntil - this.#options.now());
  }

  /** Faults in a row. */
  countFaults(modelId: string): number {
    return this.#faults.get(modelId)?.count ?? 0;
  }

  /** A request goes to the model. While it tries one that was left alone, no other goes. */
  begin(modelId: string): void {
    const state = this.#faults.get(modelId);
    if (state && state.count >= this.#options.failures) state.trying = true;
  }

  /** Its answer came to its end, or the request itself was at fault. */
  succeed(modelId: string): void {
    this.#faults.delete(modelId);
  }

  fail(modelId: string): void {
    const count = this.countFaults(modelId) + 1;
    this.#faults.set(modelId, { count, closedUntil: this.#options.now() + this.#options.pauseMs, trying: false });
  }

  /** The request said nothing about the model: it was cancelled. */
  abandon(modelId: string): void {
    const state = this.#faults.get(modelId);
    if (state) state.trying = false;
  }
}

import { SubgraphCallError } from './call.error.ts';
import type { Send } from './send.ts';

export interface BreakerSettings {
  /** Opens after so many failures in a row. Null: those are not counted. */
  readonly consecutiveFailures: number | null;
  /** Opens when this share of the last outcomes are failures. Null: the share is not looked at. */
  readonly failureRate: number | null;
  /** Outcomes that are remembered. */
  readonly windowSize: number;
  /** Outcomes needed before the share means anything. */
  readonly minRequests: number;
  readonly openMs: number;
}

type Outcome = 'success' | 'failure' | 'none';

/**
 * Closed, open, half-open with a single probe; refuses at once while it is open, and while a probe is under way.
 *
 * Not cockatiel's: there, a probe that its client cancels closes the circuit, and calls that come meanwhile wait for it.
 */
export class CircuitBreaker {
  readonly #outcomes: Uint8Array;
  #count = 0;
  #next = 0;
  #failures = 0;
  #inARow = 0;
  /** Null while closed. */
  #openUntilMs: number | null = null;
  #isProbing = false;

  constructor(
    private readonly settings: BreakerSettings,
    private readonly now: () => number = performance.now.bind(performance),
  ) {
    this.#outcomes = new Uint8Array(settings.windowSize);
  }

  /** Whether a call may go out; one that may has to be recorded. */
  admit(): boolean {
    if (this.#openUntilMs === null) return true;
    if (this.#isProbing || this.now() < this.#openUntilMs) return false;
    this.#isProbing = true;
    return true;
  }

  /** @param outcome `none` for a call that its client cancelled: that says nothing of the subgraph */
  record(outcome: Outcome): void {
    if (this.#openUntilMs !== null) this.#recordProbe(outcome);
    else if (outcome !== 'none') this.#recordClosed(outcome === 'failure');
  }

  #recordProbe(outcome: Outcome): void {
    // What was sent before the circuit opened comes back late, and is not a probe.
    if (!this.#isProbing) return;
    this.#isProbing = false;
    if (outcome === 'success') this.#close();
    else if (outcome === 'failure') this.#openUntilMs = this.now() + this.settings.openMs;
  }

  #recordClosed(hasFailed: boolean): void {
    const { windowSize, consecutiveFailures, failureRate, minRequests, openMs } = this.settings;
    if (this.#count === windowSize) this.#failures -= this.#outcomes[this.#next] ?? 0;
    else this.#count += 1;
    this.#outcomes[this.#next] = hasFailed ? 1 : 0;
    this.#next = (this.#next + 1) % windowSize;
    if (!hasFailed) {
      this.#inARow = 0;
      return;
    }
    this.#failures += 1;
    this.#inARow += 1;
    const isRateReached =
      failureRate !== null && this.#count >= minRequests && this.#failures / this.#count >= failureRate;
    if (isRateReached || (consecutiveFailures !== null && this.#inARow >= consecutiveFailures)) {
      this.#openUntilMs = this.now() + openMs;
    }
  }

  #close(): void {
    this.#openUntilMs = null;
    this.#count = 0;
    this.#next = 0;
    this.#failures = 0;
    this.#inARow = 0;
  }
}

/** Failures are calls without an answer, and answers that say that the server failed. */
export function withCircuitBreaker(send: Send, settings: BreakerSettings): Send {
  const breaker = new CircuitBreaker(settings);
  return async (call) => {
    if (!breaker.admit()) {
      throw new SubgraphCallError('CIRCUIT_BREAKER_OPEN', 'it has failed too often, and is left alone for a while');
    }
    let outcome: Outcome = 'none';
    try {
      const response = await send(call);
      outcome = response.status >= 500 ? 'failure' : 'success';
      return response;
    } catch (error) {
      if (error instanceof SubgraphCallError && error.isInstanceFault) outcome = 'failure';
      throw error;
    } finally {
      breaker.record(outcome);
    }
  };
}

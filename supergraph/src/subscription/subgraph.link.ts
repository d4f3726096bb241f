import type { GraphQLFormattedError } from 'graphql';
import type { StreamLimits } from './subscription.settings.ts';
import type { UpstreamListener } from './upstream.ts';

/**
 * - `idle`: no operation runs at the subgraph, and none is about to.
 * - `asking`: the operation was sent, and no event has come since.
 * - `flowing`: events come.
 * - `waiting`: the connection is gone; the operation is sent again after a delay.
 */
export type LinkState = 'idle' | 'asking' | 'flowing' | 'waiting';

/** What the link needs of its stream, and tells it. */
export interface LinkOwner {
  readonly limits: StreamLimits;
  /** Whether the subgraph can send events that were missed meanwhile. */
  readonly isResumable: boolean;
  /** Asks the subgraph, for what follows the last event taken in. @returns stops the operation at once */
  subscribe(listener: UpstreamListener): () => void;
  /** One event: a GraphQL result as JSON text. */
  arrived(payload: string): void;
  /** The subgraph refused the operation. */
  refused(errors: readonly GraphQLFormattedError[]): void;
  completed(): void;
  /** The connection broke off and is about to be made again. */
  reconnects(): void;
  /** The connection broke off once too often. */
  brokeOff(reason: string): void;
  /** The request could not even be sent. */
  failedToAsk(error: unknown): void;
}

const MAX_RETRY_MS = 5_000;
/** A connection that held for so long was a success, though nothing may have happened on it. */
const STEADY_MS = 10_000;

/** A stream's link to its subgraph: sends the operation, and sends it again after the connection broke off. */
export class SubgraphLink implements UpstreamListener {
  #state: LinkState = 'idle';
  #stop: (() => void) | null = null;
  #retryTimer: NodeJS.Timeout | undefined;
  /** In a row, since an event came or a connection held. */
  #attempts = 0;
  #askedAtMs = 0;
  /** Whether the subgraph ever received the operation. */
  #wasAsked = false;

  constructor(private readonly owner: LinkOwner) {}

  get state(): LinkState {
    return this.#state;
  }

  /** Asks the subgraph. */
  open(): void {
    this.#state = 'asking';
    this.#askedAtMs = performance.now();
    try {
      const stop = this.owner.subscribe(this);
      // A callback during the call may have ended the operation already.
      if (this.#isOpen) this.#stop = stop;
    } catch (error) {
      this.owner.failedToAsk(error);
    }
  }

  /** Ends the operation at the subgraph at once; no callback follows. */
  leave(): void {
    if (this.#stop) this.#wasAsked = true;
    clearTimeout(this.#retryTimer);
    this.#state = 'idle';
    this.#stop?.();
    this.#stop = null;
  }

  next(payload: string): void {
    if (this.#state === 'asking') {
      this.#state = 'flowing';
      this.#attempts = 0;
      this.#wasAsked = true;
    }
    this.owner.arrived(payload);
  }

  failed(errors: readonly GraphQLFormattedError[]): void {
    this.#close();
    this.owner.refused(errors);
  }

  completed(): void {
    this.#close();
    this.owner.completed();
  }

  lost(reason: string, wasSent: boolean): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#wasAsked ||= wasSent;
    if (wasSent && performance.now() - this.#askedAtMs > STEADY_MS) this.#attempts = 0;
    if (this.#attempts >= this.#maxAttempts) {
      this.owner.brokeOff(reason);
      return;
    }
    this.owner.reconnects();
    const delayMs = this.#retryDelayMs;
    this.#attempts += 1;
    this.#state = 'waiting';
    this.#retryTimer = setTimeout(() => this.open(), delayMs);
  }

  get #isOpen(): boolean {
    return this.#state === 'asking' || this.#state === 'flowing';
  }

  get #maxAttempts(): number {
    const { isResumable, limits } = this.owner;
    // The operation reached no instance, so trying another one cannot lose an event.
    if (!this.#wasAsked) return limits.maxFirstAttempts;
    return isResumable ? limits.maxAttempts : limits.maxReconnects;
  }

  get #retryDelayMs(): number {
    const { isResumable, limits } = this.owner;
    if (this.#wasAsked && !isResumable) return limits.reconnectMs;
    return Math.min(limits.retryMs * 2 ** this.#attempts, MAX_RETRY_MS) * (0.5 + Math.random() / 2);
  }

  #close(): void {
    this.#state = 'idle';
    this.#stop = null;
  }
}

import { LRUCache } from 'lru-cache';
import { RateLimiterRes } from 'rate-limiter-flexible';

/** Counts for all workers of one gateway. It rejects with a `RateLimiterRes` when it refuses, and counts refused points too. */
export interface SharedCounter {
  consume(key: string, points?: number): Promise<RateLimiterRes>;
  reward(key: string, points?: number): Promise<RateLimiterRes>;
}

/** Points that this worker has taken from the shared count and not given out yet. */
interface Lease {
  left: number;
  /** What the shared count had left when it was last asked. */
  remaining: number;
  endsAtMs: number;
  asking: Promise<unknown> | null;
}

const MAX_KEYS = 20_000;
const MAX_LEASE_POINTS = 16;
/** The part of what is left of a window that one lease may hold. */
const LEASED_SHARE = 1 / 32;

/**
 * Takes points of a key from the shared count in small batches, so that not every request costs a message to the first process
 * and back. A window never admits more than its capacity. It may refuse earlier by what other workers hold in leases: at
 * most 16 points and a 32nd of what was left each.
 */
export class LeasedCounter implements SharedCounter {
  readonly #leases = new LRUCache<string, Lease>({ max: MAX_KEYS });

  constructor(
    private readonly shared: SharedCounter,
    /** Points of a key in one window. */
    private readonly capacity: number,
    private readonly now: () => number = performance.now.bind(performance),
  ) {}

  async consume(key: string, points = 1): Promise<RateLimiterRes> {
    for (;;) {
      const lease = this.#leaseOf(key);
      if (lease.left >= points && this.now() < lease.endsAtMs) {
        lease.left -= points;
        return this.#toResult(lease);
      }
      if (lease.asking) {
        // Its failure is its own: whoever waits asks then.
        await lease.asking.catch(() => undefined);
        continue;
      }
      const taken = this.#take(key, lease, points);
      lease.asking = taken;
      try {
        return await taken;
      } finally {
        lease.asking = null;
      }
    }
  }

  reward(key: string, points = 1): Promise<RateLimiterRes> {
    return this.shared.reward(key, points);
  }

  async #take(key: string, lease: Lease, points: number): Promise<RateLimiterRes> {
    const batch = Math.floor(lease.remaining * LEASED_SHARE);
    const wanted = Math.max(points, Math.min(batch, MAX_LEASE_POINTS));
    const { standing, granted } = await this.#consumeShared(key, wanted, points);
    const nowMs = this.now();
    // What was left of a window that ended meanwhile has ended with it.
    if (nowMs >= lease.endsAtMs) lease.left = 0;
    lease.endsAtMs = nowMs + standing.msBeforeNext;
    lease.remaining = standing.remainingPoints;
    lease.left += granted - points;
    return this.#toResult(lease);
  }

  /** Others may have taken what was left when the batch was sized: then the points alone may still be there. */
  async #consumeShared(key: string, wanted: number, points: number) {
    try {
      return { standing: await this.shared.consume(key, wanted), granted: wanted };
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes) || wanted === points) throw refused;
      await this.shared.reward(key, wanted);
      return { standing: await this.shared.consume(key, points), granted: points };
    }
  }

  /** A lease ends with the window that it was taken from. */
  #leaseOf(key: string): Lease {
    const known = this.#leases.get(key);
    if (known && (known.asking || this.now() < known.endsAtMs)) return known;
    const lease: Lease = { left: 0, remaining: 0, endsAtMs: this.now() + 1, asking: null };
    this.#leases.set(key, lease);
    return lease;
  }

  #toResult({ left, remaining, endsAtMs }: Lease): RateLimiterRes {
    const remainingPoints = remaining + left;
    const msBeforeNext = Math.max(0, endsAtMs - this.now());
    return new RateLimiterRes(remainingPoints, msBeforeNext, this.capacity - remainingPoints, false);
  }
}

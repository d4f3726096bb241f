import { RateLimiterMemory } from 'rate-limiter-flexible';
import { SubgraphCallError } from './call.error.ts';
import type { Send } from './send.ts';

export interface RateSettings {
  readonly capacity: number;
  readonly intervalMs: number;
}

/** Refuses what goes beyond so many requests in an interval. */
export function withRateLimit(send: Send, { capacity, intervalMs }: RateSettings): Send {
  const limiter = new RateLimiterMemory({ points: capacity, duration: intervalMs / 1_000 });
  return async (call) => {
    await limiter.consume('all').catch(() => {
      const reason = `it may be called at most ${capacity} times in ${intervalMs} ms`;
      throw new SubgraphCallError('REQUEST_RATE_LIMITED', reason);
    });
    return send(call);
  };
}

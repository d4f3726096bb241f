import type { IncomingMessage, ServerResponse } from 'node:http';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { RouterConfig } from '../config/config.schema.ts';
import { HttpError } from '../request/http.error.ts';
import { STREAM_STARTED } from '../transport/http.stream.ts';

type RouterTraffic = RouterConfig['traffic_shaping']['router'];

/** Limits the requests of all clients together: those in flight, and those in an interval. */
export type AssertCapacity = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Null when neither limit is set. The check rejects with an HttpError 503 or 429. */
export function createLoadLimit({
  concurrency_limit: atOnce,
  global_rate_limit: window,
}: RouterTraffic): AssertCapacity | null {
  if (!atOnce && !window) return null;
  const limiter = window && new RateLimiterMemory({ points: window.capacity, duration: window.interval / 1_000 });
  let open = 0;
  return async (_request, response) => {
    if (limiter) {
      await limiter.consume('all').catch((refused: { msBeforeNext: number }) => {
        response.setHeader('retry-after', Math.max(1, Math.ceil(refused.msBeforeNext / 1_000)));
        throw new HttpError(429, 'The gateway takes no more requests for now.', 'REQUEST_RATE_LIMITED');
      });
    }
    if (!atOnce) return;
    if (open >= atOnce)
      throw new HttpError(503, 'The gateway is busy. Try again later.', 'REQUEST_CONCURRENCY_LIMITED');
    open++;
    let isOpen = true;
    const leave = () => {
      if (isOpen) open--;
      isOpen = false;
    };
    response.once('close', leave);
    // A stream may last for hours, so subscriptions have limits of their own.
    response.once(STREAM_STARTED, leave);
  };
}

import { SubgraphCallError } from './call.error.ts';
import { withCircuitBreaker } from './circuit.breaker.ts';
import { withConcurrencyLimit } from './concurrency.limit.ts';
import type { InstanceSet } from './instance.set.ts';
import { withRateLimit } from './rate.limit.ts';
import { withCompression } from './request.compression.ts';
import { withRetry } from './retry.ts';
import type { Send } from './send.ts';
import { sendRequest } from './subgraph.request.ts';
import type { SubgraphTraffic } from './subgraph.traffic.ts';

/**
 * Sends to one of the instances as the subgraph's settings say. From the inside out: one request, the circuit breaker
 * that each attempt passes, retries, compression, the concurrency limit and the rate limit.
 */
export function createSend(instances: InstanceSet, traffic: SubgraphTraffic): Send {
  const { responseLimitBytes, maxPending, breaker, retry, compression, concurrencyLimit, rateLimit } = traffic;
  let send: Send = (call) => {
    const instance = instances.choose(call.kind);
    if (!instance) return Promise.reject(new SubgraphCallError('SUBREQUEST_HTTP_ERROR', 'it has no instance'));
    if (instance.pending >= maxPending) {
      const reason = `${maxPending} requests to it are under way`;
      return Promise.reject(new SubgraphCallError('REQUEST_CONCURRENCY_LIMITED', reason));
    }
    return sendRequest(instance, call, responseLimitBytes);
  };
  if (breaker) send = withCircuitBreaker(send, breaker);
  if (retry) send = withRetry(send, retry);
  if (compression && compression !== 'identity') send = withCompression(send, compression);
  if (concurrencyLimit !== null) send = withConcurrencyLimit(send, concurrencyLimit);
  if (rateLimit) send = withRateLimit(send, rateLimit);
  return send;
}

import type { RouterConfig } from '../config/config.schema.ts';
import type { ContentCoding } from '../request/content.coding.ts';
import type { BreakerSettings } from './circuit.breaker.ts';
import { toClientTls } from './client.tls.ts';
import type { RateSettings } from './rate.limit.ts';
import type { RetrySettings } from './retry.ts';
import type { PoolSettings } from './subgraph.pool.ts';

/** How the gateway treats one subgraph. */
export interface SubgraphTraffic extends PoolSettings {
  /** Time for a whole answer, waiting and retries included. */
  readonly timeoutMs: number;
  /** Largest answer accepted, decoded. */
  readonly responseLimitBytes: number;
  /** Whether identical queries of one identity that are under way at once share an answer. */
  readonly deduplicate: boolean;
  /** Of requests; null: neither are they compressed, nor do requests accept compressed answers. */
  readonly compression: ContentCoding | 'identity' | null;
  /** Requests under way at one instance, those that wait for a connection included; beyond it they fail. */
  readonly maxPending: number;
  readonly rateLimit: RateSettings | null;
  readonly concurrencyLimit: number | null;
  readonly retry: RetrySettings | null;
  readonly breaker: BreakerSettings | null;
}

export const defaultTraffic: SubgraphTraffic = {
  timeoutMs: 30_000,
  responseLimitBytes: 64 * 1024 * 1024,
  deduplicate: true,
  compression: null,
  rateLimit: null,
  concurrencyLimit: null,
  retry: null,
  breaker: null,
  maxPending: 10_000,
  maxConnections: 256,
  // Node closes idle connections after 5 s by default: let go of them before the subgraph does.
  idleTimeoutMs: 4_000,
  http2: 'disable',
  tls: null,
  dnsResolution: null,
};

/** What a configuration says for one subgraph: each key by its own section, else by the one for all. */
export function toSubgraphTraffic(config: RouterConfig, name: string): SubgraphTraffic {
  const { traffic_shaping: shaping, limits } = config;
  const own = shaping.subgraphs[name];
  const { all } = shaping;
  const responseLimit = limits.subgraph.subgraphs[name] ?? limits.subgraph.all;
  const rate = own?.global_rate_limit ?? all.global_rate_limit;
  return {
    timeoutMs: own?.timeout ?? all.timeout ?? defaultTraffic.timeoutMs,
    responseLimitBytes:
      responseLimit.http_max_response_size ??
      limits.subgraph.all.http_max_response_size ??
      defaultTraffic.responseLimitBytes,
    deduplicate: own?.deduplicate_query ?? all.deduplicate_query ?? defaultTraffic.deduplicate,
    compression: own?.compression ?? all.compression ?? null,
    rateLimit: rate ? { capacity: rate.capacity, intervalMs: rate.interval } : null,
    concurrencyLimit: own?.concurrency_limit ?? all.concurrency_limit ?? null,
    retry: toRetry(own?.retry ?? all.retry),
    breaker: toBreaker(config.circuit_breaker.subgraphs[name] ?? config.circuit_breaker.all),
    maxPending: defaultTraffic.maxPending,
    maxConnections: defaultTraffic.maxConnections,
    idleTimeoutMs: Math.max(1, own?.pool_idle_timeout ?? all.pool_idle_timeout ?? defaultTraffic.idleTimeoutMs),
    http2: own?.http2 ?? all.http2 ?? defaultTraffic.http2,
    tls: toClientTls(config.tls, name),
    dnsResolution: own?.dns_resolution_strategy ?? all.dns_resolution_strategy ?? null,
  };
}

function toRetry(config: RouterConfig['traffic_shaping']['all']['retry']): RetrySettings | null {
  if (!config) return null;
  return {
    attempts: config.attempts,
    attemptTimeoutMs: config.attempt_timeout ?? null,
    backoffMs: config.backoff,
    minPerSecond: config.min_per_sec,
    ttlMs: config.ttl,
    retryShare: config.retry_percent,
  };
}

function toBreaker(config: RouterConfig['circuit_breaker']['all']): BreakerSettings | null {
  if (!config?.enabled) return null;
  const consecutiveFailures = config.consecutive_failures ?? null;
  const windowSize = config.window_size ?? 100;
  return {
    consecutiveFailures,
    // A configuration that names neither gets the rate.
    failureRate: config.failure_rate_threshold ?? (consecutiveFailures === null ? 0.5 : null),
    windowSize,
    minRequests: Math.min(config.min_requests ?? 10, windowSize),
    openMs: config.open_duration ?? 30_000,
  };
}

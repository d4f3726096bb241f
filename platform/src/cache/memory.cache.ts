import { LRUCache } from 'lru-cache';
import { assertTtl, type Cache } from './cache.ts';

export interface MemoryCacheOptions {
  /** Maximum of entries; beyond it the least recently used one is removed. Default 50,000. */
  readonly maxEntries?: number;
  /** A monotonic clock in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** A cache within one process. */
export function createMemoryCache({
  maxEntries = 50_000,
  now = () => performance.now(),
}: MemoryCacheOptions = {}): Cache {
  // lru-cache interprets a start time of 0 as "never expires", and an injected clock may start at 0.
  const entries = new LRUCache<string, string>({ max: maxEntries, ttlResolution: 0, perf: { now: () => now() + 1 } });
  return {
    async get(key) {
      return entries.get(key) ?? null;
    },
    async set(key, value, ttlMs) {
      assertTtl(ttlMs);
      entries.set(key, value, { ttl: ttlMs });
    },
    async add(key, value, ttlMs) {
      assertTtl(ttlMs);
      if (entries.has(key)) return false;
      entries.set(key, value, { ttl: ttlMs });
      return true;
    },
    async delete(key) {
      entries.delete(key);
    },
    async [Symbol.asyncDispose]() {
      entries.clear();
    },
  };
}

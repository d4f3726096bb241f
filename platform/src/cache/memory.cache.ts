import { LRUCache } from 'lru-cache';
import { assertTtl, type Cache } from './cache.ts';

export interface MemoryCacheOptions {
  /** The least recently used entry makes room beyond it. Default 50,000. */
  readonly maxEntries?: number;
  /** Milliseconds on any clock that never goes back. Default `performance.now`. */
  readonly now?: () => number;
}

/** A cache within one process. */
export function createMemoryCache({
  maxEntries = 50_000,
  now = () => performance.now(),
}: MemoryCacheOptions = {}): Cache {
  // lru-cache takes a start of 0 for "never expires", which an injected clock may well begin with.
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

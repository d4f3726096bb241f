import { once } from 'node:events';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

export interface CachedAnswer {
  /** JSON text: each reader parses objects of its own. */
  readonly text: string;
  readonly storedAtMs: number;
  readonly ttlMs: number;
}

/** Where answers are kept. What cannot be read is not there, and what cannot be written is not kept. */
export interface CacheStore extends AsyncDisposable {
  /** Settles when answers can be kept, or when it was found that they cannot for now. */
  readonly ready: Promise<void>;
  /** In the order of the keys. */
  readMany(keys: readonly string[]): Promise<(CachedAnswer | undefined)[]> | (CachedAnswer | undefined)[];
  write(key: string, answer: CachedAnswer): Promise<void>;
}

/** @param maxBytes of texts and keys; the least recently used go first */
export function createMemoryStore(maxBytes: number): CacheStore {
  const answers = new LRUCache<string, CachedAnswer>({
    maxSize: maxBytes,
    // A character is two bytes at most, and an entry costs some.
    sizeCalculation: ({ text }, key) => 2 * (text.length + key.length) + 200,
  });
  return {
    ready: Promise.resolve(),
    readMany: (keys) => keys.map((key) => answers.get(key)),
    async write(key, answer) {
      answers.set(key, answer, { ttl: answer.ttlMs });
    },
    async [Symbol.asyncDispose]() {
      answers.clear();
    },
  };
}

export interface RedisStoreOptions {
  readonly url: string;
  readonly prefix: string;
  /** Longest wait for an answer of Redis; then the subgraph answers. */
  readonly timeoutMs: number;
}

export function createRedisStore({ url, prefix, timeoutMs }: RedisStoreOptions): CacheStore {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: timeoutMs });
  redis.on('error', () => undefined); // each command that fails is a miss
  const ready = once(redis, 'ready').then(
    () => undefined,
    () => undefined,
  );
  return {
    ready,
    async readMany(keys) {
      try {
        const texts = await redis.mget(keys.map((key) => prefix + key));
        return texts.map((text) => (text === null ? undefined : (JSON.parse(text) as CachedAnswer)));
      } catch {
        // Redis is out of reach: a miss, so the subgraph answers.
        return keys.map(() => undefined);
      }
    },
    async write(key, answer) {
      await redis.set(prefix + key, JSON.stringify(answer), 'PX', Math.ceil(answer.ttlMs)).catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

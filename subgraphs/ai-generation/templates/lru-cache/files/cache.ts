export interface CacheOptions<K> {
  /** The most entries; the one unused for longest goes first. */
  readonly capacity: number;
  /** Default: entries do not expire. */
  readonly ttlMs?: number;
  readonly now?: () => number;
  readonly onEvict?: (key: K) => void;
}

/** A cache in a Map, which keeps its keys in the order they were set: the first is the least recently used. */
export class LruCache<K, V> {
  readonly #entries = new Map<K, { value: V; expiresAt: number }>();
  readonly #options: Required<CacheOptions<K>>;

  constructor(options: CacheOptions<K>) {
    this.#options = { ttlMs: Infinity, now: Date.now, onEvict: () => {}, ...options };
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= this.#options.now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: K, value: V): void {
    const { capacity, ttlMs, now, onEvict } = this.#options;
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt: now() + ttlMs });
    if (this.#entries.size <= capacity) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest as K);
    onEvict(oldest as K);
  }
}

import { LruCache } from './cache.ts';

/** The same function, which remembers its last results. They must not be `undefined`. */
export function memoize<K, V>(compute: (key: K) => V, capacity = 100): (key: K) => V {
  const cache = new LruCache<K, V>({ capacity });
  return (key) => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const value = compute(key);
    cache.set(key, value);
    return value;
  };
}

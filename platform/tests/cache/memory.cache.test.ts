import { createMemoryCache } from '../../src/cache/memory.cache.ts';
import { describeCache } from './cache.contract.ts';

describeCache('memory', async () => {
  let now = 0;
  const cache = createMemoryCache({ now: () => now });
  return {
    cache,
    pass: async (ms) => {
      now += ms;
    },
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  };
});

describe('memory cache', () => {
  it('holds no more entries than its limit', async () => {
    await using cache = createMemoryCache({ maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) await cache.set(key, key, 60_000);
    expect(await cache.get('a')).toBeNull();
    expect(await cache.get('c')).toBe('c');
  });
});

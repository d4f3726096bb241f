import type { Cache } from '../../src/cache/cache.ts';
import { newId } from '../../src/id.ts';

export interface CacheUnderTest extends AsyncDisposable {
  readonly cache: Cache;
  /** Resolves when that much time has passed, for the cache. */
  pass(ms: number): Promise<void>;
}

/** What every cache does. */
export function describeCache(driver: string, start: () => Promise<CacheUnderTest>): void {
  describe(`cache: ${driver}`, () => {
    let tested: CacheUnderTest;
    beforeAll(async () => {
      tested = await start();
    });
    afterAll(() => tested[Symbol.asyncDispose]());

    it('keeps a value until it is replaced or deleted', async () => {
      const { cache } = tested;
      const key = newId();
      expect(await cache.get(key)).toBeNull();
      await cache.set(key, 'one', 60_000);
      expect(await cache.get(key)).toBe('one');
      await cache.set(key, '', 60_000);
      expect(await cache.get(key)).toBe('');
      await cache.delete(key);
      await cache.delete(key);
      expect(await cache.get(key)).toBeNull();
    });

    it('forgets a value after its time to live, and counts anew when it is set again', async () => {
      const { cache, pass } = tested;
      const [short, renewed] = [newId(), newId()];
      await cache.set(short, 'value', 200);
      await cache.set(renewed, 'value', 200);
      await cache.set(renewed, 'value', 60_000);
      await pass(250);
      expect(await cache.get(short)).toBeNull();
      expect(await cache.get(renewed)).toBe('value');
    });

    it('adds what is absent, for exactly one of many', async () => {
      const { cache, pass } = tested;
      const key = newId();
      const added = await Promise.all(Array.from({ length: 20 }, (_, index) => cache.add(key, `${index}`, 200)));
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await cache.get(key)).toBe(`${added.indexOf(true)}`);
      await pass(250);
      expect(await cache.add(key, 'again', 60_000)).toBe(true);
    });

    it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a time to live of %p', async (ttlMs) => {
      await expect(tested.cache.set('key', 'value', ttlMs)).rejects.toThrow(RangeError);
      await expect(tested.cache.add('key', 'value', ttlMs)).rejects.toThrow(RangeError);
    });
  });
}

import { LruCache } from './cache.ts';
import { memoize } from './memoize.ts';

console.log('{{title}}');

const fibonacci: (n: number) => bigint = memoize((n) => (n < 2 ? BigInt(n) : fibonacci(n - 1) + fibonacci(n - 2)));
console.log(`fib(80) = ${fibonacci(80)}`);

let clockMs = 0;
const cache = new LruCache<string, number>({
  capacity: 2,
  ttlMs: 100,
  now: () => clockMs,
  onEvict: (key) => console.log(`evicted: ${key}`),
});
cache.set('b', 1);
clockMs = 100;
console.log(`after 100 ms: b is ${cache.get('b') ?? 'gone'}`);
for (const [index, key] of ['a', 'c', 'd'].entries()) cache.set(key, index);

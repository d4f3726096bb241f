import { randomUUID } from 'node:crypto';
import { createRedisStore } from '../../src/cache/cache.store.ts';

describe('the response cache in Redis', () => {
  it('is one for all instances, and a miss where Redis is out of reach', async () => {
    const url = process.env.REDIS_URL;
    if (!url) throw new Error('REDIS_URL is missing: expected a Redis server to keep answers in.');
    const prefix = `test-${randomUUID()}:`;
    await using one = createRedisStore({ url, prefix, timeoutMs: 2_000 });
    await using two = createRedisStore({ url, prefix, timeoutMs: 2_000 });
    await Promise.all([one.ready, two.ready]);
    const answer = { text: '{"a":1}', storedAtMs: Date.now(), ttlMs: 30_000 };
    await one.write('key', answer);
    expect(await two.readMany(['other', 'key'])).toEqual([undefined, answer]);
    await using away = createRedisStore({ url: 'redis://127.0.0.1:1', prefix, timeoutMs: 200 });
    await away.ready;
    await away.write('key', answer);
    expect(await away.readMany(['key'])).toEqual([undefined]);
  });
});

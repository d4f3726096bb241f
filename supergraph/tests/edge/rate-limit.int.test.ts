import { randomUUID } from 'node:crypto';
import { parseConfig } from '../../src/config/config.parse.ts';
import { createRateLimit } from '../../src/edge/rate.limit.ts';
import { describeRateLimit } from './rate-limit.contract.ts';

const config = parseConfig('rate_limit: { capacity: 5, interval: 60s }\n', 'test.yaml').config.rate_limit!;

function redisUrl(): string {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is missing: expected a Redis server to count in.');
  return url;
}

describeRateLimit('in Redis', () => ({ url: redisUrl(), prefix: `test-${randomUUID()}:` }));

describe('rate limits with Redis', () => {
  it('count over all instances', async () => {
    const shared = { url: redisUrl(), prefix: `test-${randomUUID()}:` };
    await using one = createRateLimit(config, shared);
    await using two = createRateLimit(config, shared);
    const client = 'user:ann';
    await Promise.all([one.ready, two.ready]);
    const admissions = [];
    for (let n = 0; n < 4; n++) admissions.push(await one.admit(client), await two.admit(client));
    expect(admissions.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false, false, false]);
    expect(admissions[4]?.headers.ratelimit).toMatch(/^"default";r=0;t=\d+$/);
  });

  it('go on in memory while Redis is out of reach', async () => {
    await using limit = createRateLimit(config, { url: 'redis://127.0.0.1:1', prefix: 'test:' });
    const admissions = [];
    for (let n = 0; n < 6; n++) admissions.push(await limit.admit('user:ann'));
    expect(admissions.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false]);
  });
});

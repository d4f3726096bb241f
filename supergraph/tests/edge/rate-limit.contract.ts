import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { parseConfig } from '../../src/config/config.parse.ts';
import { createRateLimit, type RateLimit } from '../../src/edge/rate.limit.ts';

const CAPACITY = 5;
const config = parseConfig(`rate_limit: { capacity: ${CAPACITY}, interval: 60s }\n`, 'test.yaml').config.rate_limit!;

/** What every place that counts requests promises. @param shared where instances share their counts; left out: in memory */
export function describeRateLimit(
  name: string,
  shared: () => { readonly url: string; readonly prefix: string } | undefined,
) {
  describe(`rate limits ${name}`, () => {
    const start = async (): Promise<RateLimit> => {
      const limit = createRateLimit(config, shared());
      await limit.ready;
      return limit;
    };
    const client = () => `ip:${randomUUID()}`;
    const admitAll = async (limit: RateLimit, who: string, times: number, points?: number) => {
      const allowed: boolean[] = [];
      for (let n = 0; n < times; n++) allowed.push((await limit.admit(who, points)).allowed);
      return allowed;
    };

    it('admit as many as their capacity, and say what is left', async () => {
      await using limit = await start();
      const who = client();
      expect(limit.spent(who)).toBeNull();
      expect((await limit.admit(who)).headers.ratelimit).toMatch(/^"default";r=4;t=\d+$/);
      expect(await admitAll(limit, who, CAPACITY)).toEqual([true, true, true, true, false]);
      const refused = await limit.admit(who);
      expect(refused.headers).toMatchObject({ ratelimit: expect.stringMatching(/r=0/) });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    });

    it('know a client without anything left, and nobody else', async () => {
      await using limit = await start();
      const [who, other] = [client(), client()];
      await admitAll(limit, who, CAPACITY + 1);
      expect(limit.spent(who)).toMatchObject({ allowed: false, headers: { 'retry-after': expect.any(String) } });
      expect(limit.spent(other)).toBeNull();
      expect((await limit.admit(other)).allowed).toBe(true);
    });

    it('count several at once, which does not close the door on one', async () => {
      await using limit = await start();
      const who = client();
      expect(await admitAll(limit, who, 2, 2)).toEqual([true, true]);
      expect((await limit.admit(who, 3)).allowed).toBe(false);
      expect(limit.spent(who)).toBeNull();
    });

    it('give back what was taken', async () => {
      await using limit = await start();
      const who = client();
      for (let n = 0; n < 3 * CAPACITY; n++) {
        expect((await limit.admit(who)).allowed).toBe(true);
        limit.giveBack(who);
        // Redis answers commands in their order, and so does memory: nothing to wait for but the turn.
        await wait(0);
      }
    });
  });
}

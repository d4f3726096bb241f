import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase } from '@vibecode/platform/testing/database';
import { startGenerationTest } from './generation.fixture.ts';
import { createGatedAnswer, describeOutages, expectWhole, untilToken } from './generation.outage.contract.ts';
import { startRedis } from './redis.fixture.ts';

const OUTAGE_MS = 10_000;

describeOutages('PostgreSQL', { startDatabase: createTestDatabase, outageMs: OUTAGE_MS });

describe('a generation while Redis is away', () => {
  it.each(['in the middle of its answer', 'as its answer ends'])(
    '%s goes on, and its watchers miss nothing',
    async (when) => {
      await using redis = await startRedis();
      const { answer, text, goOn, end } = createGatedAnswer();
      const { infrastructure } = redis;
      await using test = await startGenerationTest(() => answer, { infrastructure });
      const ann = await test.signUp();
      const { id } = (await ann.start()).data.startGeneration;
      const watching = ann.watch(id);
      await untilToken(ann, id);
      redis.interrupt();
      goOn();
      if (when === 'as its answer ends') end();
      await delay(OUTAGE_MS);
      redis.restore();
      end();
      const events = await watching;
      expectWhole(events, text);
      expect(events.at(-1)).toMatchObject({ __typename: 'GenerationFinished', status: 'COMPLETED' });
      expect(await ann.watch(id)).toEqual(events);
    },
  );

  it('and comes back without its streams fills them again, each event under its own seq', async () => {
    await using redis = await startRedis();
    const { answer, text, goOn, end } = createGatedAnswer();
    const { infrastructure } = redis;
    await using test = await startGenerationTest(() => answer, { infrastructure });
    const ann = await test.signUp();
    const { id } = (await ann.start()).data.startGeneration;
    const watching = ann.watch(id);
    await untilToken(ann, id);
    await redis.loseStream(id);
    goOn();
    const late = ann.watch(id);
    end();
    const events = await watching;
    expectWhole(events, text);
    expect(await late).toEqual(events);
  });
});

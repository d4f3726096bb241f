import { setTimeout as delay } from 'node:timers/promises';
import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import { newId } from '@vibecode/platform/id';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createRedisStreamLog } from '@vibecode/platform/stream-log/redis.stream-log';
import { createTestDatabase } from '@vibecode/platform/testing/database';
import { interruptDatabase } from '@vibecode/platform/testing/interruptible.database';
import { toStreamName } from '../src/generation.events.ts';
import { startGenerationTest } from './generation.fixture.ts';
import { createGatedAnswer, describeOutages, expectWhole, untilToken } from './generation.outage.contract.ts';

const OUTAGE_MS = 10_000;

describeOutages('PostgreSQL', { startDatabase: createTestDatabase, outageMs: OUTAGE_MS });

/** A Redis behind a way that can be taken away. */
async function startRedis() {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is missing: integration tests need running servers; see CONTRIBUTING.md.');
  await using started = new AsyncDisposableStack();
  const way = started.use(await interruptDatabase(url));
  const log = createLog({ service: 'test', level: 'silent' });
  const connection = started.use(await openRedis({ url: way.url, prefix: `test-${newId()}:`, log }));
  const broadcast = started.use(createRedisBroadcast(connection));
  const streamLog = started.use(createRedisStreamLog({ connection, broadcast }));
  const rest = started.move();
  return {
    infrastructure: { streamLog, broadcast, embedded: false },
    interrupt: () => way.interrupt(),
    restore: () => way.restore(),
    /** As a Redis does that comes back without what it had not saved. */
    async loseStream(id: string) {
      const key = `${connection.prefix}stream:{${toStreamName(id)}}`;
      expect(await connection.commands.del(key, `${key}:state`)).toBe(2);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

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

import { once } from 'node:events';
import { createRedisBroadcast } from '../../src/broadcast/redis.broadcast.ts';
import type { RedisConnection } from '../../src/redis/redis.connection.ts';
import { createRedisStreamLog, type RedisStreamLogOptions } from '../../src/stream-log/redis.stream-log.ts';
import { createTestPrefix, openTestRedis } from '../redis.fixture.ts';
import { collect, describeStreamLog, entries } from './stream-log.contract.ts';

async function startInstance(prefix: string, options: Partial<RedisStreamLogOptions> = {}) {
  const connection = await openTestRedis(prefix);
  const broadcast = createRedisBroadcast(connection);
  const log = createRedisStreamLog({ connection, broadcast, ...options });
  return {
    connection,
    log,
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]();
      await broadcast[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
    },
  };
}

async function dropSubscriptions({ subscriptions }: RedisConnection): Promise<void> {
  const ready = once(subscriptions, 'ready');
  subscriptions.disconnect(true);
  await ready;
}

describeStreamLog('redis, writer and reader in different processes', async () => {
  const prefix = createTestPrefix();
  const writer = await startInstance(prefix);
  const reader = await startInstance(prefix);
  return {
    writer: writer.log,
    reader: reader.log,
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await writer[Symbol.asyncDispose]();
    },
  };
});

describe('redis stream log', () => {
  it('loses nothing while the subscriber connection is down', async () => {
    const prefix = createTestPrefix();
    await using writer = await startInstance(prefix);
    await using reader = await startInstance(prefix);
    const reading = reader.log.read('stream', 0);
    const first = reading.next();
    await writer.log.append('stream', 1, entries(1, 1));
    await first;
    const rest = collect(reading);
    const reconnected = dropSubscriptions(reader.connection);
    for (let seq = 2; seq <= 50; seq++) await writer.log.append('stream', 1, entries(seq, seq));
    await reconnected;
    await writer.log.append('stream', 1, entries(51, 60));
    await writer.log.seal('stream', 1);
    expect(await rest).toEqual(entries(2, 60));
  });

  it('finds by itself what no message told of', async () => {
    const prefix = createTestPrefix();
    await using writer = await startInstance(prefix);
    await using reader = await startInstance(prefix, { lookIntervalMs: 50 });
    const reading = reader.log.read('stream', 0);
    const first = reading.next();
    await writer.log.append('stream', 1, entries(1, 1));
    await first;
    const rest = collect(reading);
    await reader.connection.subscriptions.unsubscribe();
    await writer.log.append('stream', 1, entries(2, 3));
    await writer.log.seal('stream', 1);
    expect(await rest).toEqual(entries(2, 3));
  });

  it('serves many readers of many streams over two connections', async () => {
    const prefix = createTestPrefix();
    await using writer = await startInstance(prefix);
    await using reader = await startInstance(prefix);
    const streams = Array.from({ length: 300 }, (_, index) => `stream ${index}`);
    const readings = streams.flatMap((stream) => [1, 2, 3].map(() => collect(reader.log.read(stream, 0))));
    await Promise.all(
      streams.map(async (stream) => {
        for (let seq = 1; seq <= 5; seq++) await writer.log.append(stream, 1, entries(seq, seq));
        await writer.log.seal(stream, 1);
      }),
    );
    for (const reading of await Promise.all(readings)) expect(reading).toEqual(entries(1, 5));
    expect(reader.connection.subscriptions.status).toBe('ready');
    const [, channels] = (await writer.connection.commands.pubsub(
      'NUMSUB',
      `${prefix}broadcast:stream:stream 1`,
    )) as unknown[];
    expect(channels).toBe(0);
  });

  it('lets sealed and abandoned streams expire', async () => {
    await using instance = await startInstance(createTestPrefix(), { sealedTtlMs: 5_000, idleTtlMs: 60_000 });
    const { commands, prefix } = instance.connection;
    const ttls = () => Promise.all(['', ':state'].map((suffix) => commands.pttl(`${prefix}stream:{stream}${suffix}`)));
    await instance.log.append('stream', 1, entries(1, 1));
    for (const ttl of await ttls()) expect(ttl).toBeGreaterThan(50_000);
    await instance.log.seal('stream', 1);
    for (const ttl of await ttls()) {
      expect(ttl).toBeGreaterThan(0);
      expect(ttl).toBeLessThanOrEqual(5_000);
    }
  });
});

import { createRedisBroadcast } from '../../src/broadcast/redis.broadcast.ts';
import { createRedisRegistry } from '../../src/registry/redis.registry.ts';
import { createTestPrefix, openTestRedis } from '../redis.fixture.ts';

/** A process that uses the registry. */
async function openRegistry(prefix: string, ttlMs = 60_000, heartbeatMs?: number) {
  const running = new AsyncDisposableStack();
  const connection = running.use(await openTestRedis(prefix));
  const broadcast = running.use(createRedisBroadcast(connection));
  const registry = createRedisRegistry({ connection, broadcast, ttlMs, heartbeatMs });
  return { ...registry, connection, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** What a watcher was told, and a promise for being told this. */
function listen() {
  const told: string[][] = [];
  let look: () => void = () => undefined;
  return {
    told,
    onChange(urls: readonly string[]) {
      told.push([...urls]);
      look();
    },
    until: (urls: readonly string[]) =>
      new Promise<void>((resolve) => {
        look = () => told.at(-1)?.join() === urls.join() && resolve();
        look();
      }),
  };
}

const [one, two] = ['http://10.0.0.1:8083', 'http://10.0.0.2:8083'];

describe('the registry in Redis', () => {
  it('tells of who joins and who leaves at once', async () => {
    const prefix = createTestPrefix();
    await using service = await openRegistry(prefix);
    await using gateway = await openRegistry(prefix);
    const heard = listen();
    await using _watch = await gateway.watch('project', heard.onChange);
    expect(heard.told).toEqual([[]]);
    const first = await service.register('project', one);
    await heard.until([one]);
    await using _second = await service.register('project', two);
    await using _other = await service.register('billing', 'http://10.0.0.3:8086');
    await heard.until([one, two]);
    await first[Symbol.asyncDispose]();
    await heard.until([two]);
  });

  it('drops who has stopped without a word, after its time', async () => {
    const prefix = createTestPrefix();
    await using dying = await openRegistry(prefix, 300);
    await using gateway = await openRegistry(prefix, 300);
    const heard = listen();
    await using _watch = await gateway.watch('project', heard.onChange);
    const registration = await dying.register('project', one);
    await heard.until([one]);
    dying.connection.commands.disconnect();
    await heard.until([]);
    await registration[Symbol.asyncDispose]();
  });

  it('keeps who beats, and a successor at the same URL when its predecessor leaves late', async () => {
    const prefix = createTestPrefix();
    await using service = await openRegistry(prefix, 1_000, 100);
    await using gateway = await openRegistry(prefix, 1_000, 100);
    const before = await service.register('project', one);
    await using _after = await service.register('project', one);
    const heard = listen();
    await using _watch = await gateway.watch('project', heard.onChange);
    await before[Symbol.asyncDispose]();
    const marker = await service.register('project', two);
    await heard.until([one, two]);
    await marker[Symbol.asyncDispose]();
    // Beyond the time that the first heartbeat alone would have bought.
    const later = await service.register('project', two);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await later[Symbol.asyncDispose]();
    await heard.until([one]);
    expect(heard.told.every((urls) => urls.includes(one))).toBe(true);
  });

  it('holds the last list while Redis is out of reach, and says when it is not there at first', async () => {
    const prefix = createTestPrefix();
    await using service = await openRegistry(prefix, 60_000);
    await using gateway = await openRegistry(prefix, 300);
    await using _registration = await service.register('project', one);
    const heard = listen();
    await using _watch = await gateway.watch('project', heard.onChange);
    gateway.connection.commands.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(heard.told).toEqual([[one]]);
    await expect(gateway.watch('billing', () => undefined)).rejects.toThrow();
  });
});

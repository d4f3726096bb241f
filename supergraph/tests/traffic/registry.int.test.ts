import { randomUUID } from 'node:crypto';
import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createRedisRegistry } from '@vibecode/platform/registry/redis.registry';
import { pino } from 'pino';
import { sayHello, startGreeterGraph, startUpstream, type Upstream } from './traffic.fixture.ts';

function redisUrl(): string {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is missing: expected a Redis server to register in.');
  return url;
}

/** What a service as a process of its own has. */
async function openService(prefix: string, ttlMs?: number) {
  const running = new AsyncDisposableStack();
  const log = createLog({ service: 'test', level: 'silent' });
  const connection = running.use(await openRedis({ url: redisUrl(), prefix, log }));
  const broadcast = running.use(createRedisBroadcast(connection));
  const registry = createRedisRegistry({ connection, broadcast, ttlMs });
  return { registry, connection, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** A log, and a promise for its saying that these are the instances. */
function followInstances() {
  let instances: string[] = [];
  let look: () => void = () => undefined;
  const log = pino(
    {},
    {
      write(line: string) {
        const { action, instances: found } = JSON.parse(line);
        if (action !== 'discovery.changed') return;
        instances = found;
        look();
      },
    },
  );
  const until = (...upstreams: Upstream[]) =>
    new Promise<void>((resolve) => {
      const expected = upstreams.map(({ url }) => url).sort();
      look = () => instances.join() === expected.join() && resolve();
      look();
    });
  return { log, until };
}

const base = ({ url }: Upstream) => new URL(url).origin;

describe('discovery by the registry in Redis', () => {
  it('follows who registers, who leaves and who falls silent, and goes to the routing URL while nobody has', async () => {
    const prefix = `test:${randomUUID()}:`;
    await using service = await openService(prefix, 1_000);
    await using dying = await openService(prefix, 1_000);
    await using routed = await startUpstream((one) => sayHello(one, 'routed'));
    await using one = await startUpstream((received) => sayHello(received, 'one'));
    await using two = await startUpstream((received) => sayHello(received, 'two'));
    const { log, until } = followInstances();
    const config = `discovery:
  redis: { urls: ["${redisUrl()}"], namespace: "${prefix}" }
  subgraphs: { greeter: { registry: { service: hello } } }
traffic_shaping: { all: { retry: {} } }`;
    await using graph = await startGreeterGraph(routed.url, config, { log });
    const ask = async () => (await graph.query('{ hello }')).data?.hello;
    expect(await ask()).toBe('routed');

    const first = await service.registry.register('hello', base(one));
    await until(one);
    expect([await ask(), await ask()]).toEqual(['one', 'one']);

    const second = await dying.registry.register('hello', base(two));
    await until(one, two);
    expect(new Set([await ask(), await ask()])).toEqual(new Set(['one', 'two']));

    // Its heartbeats end; the gateway reads the list at its own pace, of at most five seconds.
    dying.connection.commands.disconnect();
    await until(one);
    expect([await ask(), await ask()]).toEqual(['one', 'one']);
    await second[Symbol.asyncDispose]();

    await first[Symbol.asyncDispose]();
    await until();
    expect(await ask()).toBe('routed');
  });

  it('is where the system looks by itself for what the configuration says nothing of', async () => {
    const prefix = `test:${randomUUID()}:`;
    await using service = await openService(prefix);
    await using gateway = await openService(prefix);
    await using one = await startUpstream((received) => sayHello(received, 'one'));
    await using _registration = await service.registry.register('greeter', base(one));
    const { registry } = gateway;
    await using graph = await startGreeterGraph('http://127.0.0.1:1/graphql', '', { registry });
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'one' } });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createRedisBroadcast } from '../../src/broadcast/redis.broadcast.ts';
import { createRedisRegistry } from '../../src/registry/redis.registry.ts';
import { serviceNames } from '../../src/services.ts';
import { urlSetting } from '../../src/settings.ts';
import { createTestPrefix, openTestRedis } from '../redis.fixture.ts';

/** What a process needs to start that speaks to nobody but Redis. */
const settings = {
  KAFKA_BROKERS: '127.0.0.1:1',
  MONGODB_URL: 'mongodb://127.0.0.1:1',
  SERVICE_SECRET: 'known to all services',
  LOG_LEVEL: 'silent',
  ...Object.fromEntries(serviceNames.map((name) => [urlSetting(name), 'http://127.0.0.1:1'])),
};

describe('a service as a process of its own', () => {
  it('registers where it is told its address, and leaves when it stops', async () => {
    const prefix = createTestPrefix();
    await using connection = await openTestRedis(prefix);
    await using broadcast = createRedisBroadcast(connection);
    const registry = createRedisRegistry({ connection, broadcast });
    const told: (readonly string[])[] = [];
    const waiting = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    await using _watch = await registry.watch('project', (urls) => {
      told.push(urls);
      waiting[told.length - 1]?.resolve();
    });
    const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'service.process.ts')], {
      env: {
        ...process.env,
        ...settings,
        REDIS_PREFIX: prefix,
        ADVERTISED_URL: 'http://project-1.internal:8083/',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = once(child, 'exit');
    await waiting[1]!.promise;
    child.kill('SIGTERM');
    await waiting[2]!.promise;
    expect(told).toEqual([[], ['http://project-1.internal:8083'], []]);
    expect(await ended).toEqual([0, null]);
  });
});

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { parseConfig } from '../../src/config/config.parse.ts';
import { createRateLimit, type RateLimit } from '../../src/edge/rate.limit.ts';
import { observeLog } from '../support/source.fixture.ts';
import { describeRateLimit } from './rate-limit.contract.ts';

describeRateLimit('in memory', () => undefined);

const config = parseConfig('rate_limit: { capacity: 5, interval: 60s }\n', 'test.yaml').config.rate_limit!;
const NOWHERE = 'redis://127.0.0.1:1';

async function admitTimes(limit: RateLimit, times: number): Promise<boolean[]> {
  const allowed: boolean[] = [];
  for (let n = 0; n < times; n++) allowed.push((await limit.admit('user:ann')).allowed);
  return allowed;
}

/** A server of Redis's protocol that admits every request, or refuses to count as a Redis does that is full. */
async function startRedis() {
  let isFull = false;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      for (const command of chunk
        .toString()
        .split(/^\*\d+\r\n/m)
        .slice(1)) {
        if (/^\$4\r\ninfo/i.test(command)) socket.write('$19\r\nredis_version:7.0.0\r\n');
        else if (!/^\$\d+\r\neval/i.test(command)) socket.write('+OK\r\n');
        else
          socket.write(
            isFull ? "-OOM command not allowed when used memory > 'maxmemory'.\r\n" : '*2\r\n:1\r\n:60000\r\n',
          );
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setFull(value: boolean) {
      isFull = value;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('rate limits whose Redis fails', () => {
  it('count in memory while it is out of reach, and say so once', async () => {
    const { log, lines } = observeLog();
    await using limit = createRateLimit(config, { url: NOWHERE, prefix: 'test:' }, '', log);
    await limit.ready;
    expect(await admitTimes(limit, 6)).toEqual([true, true, true, true, true, false]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'WARN',
        action: 'redis.away',
        purpose: 'rate limits',
        message: 'The rate limits cannot count in Redis. Each instance counts for itself until it is back.',
      },
    ]);
  });

  it('count in memory while it refuses commands, and say when it began and ended', async () => {
    await using redis = await startRedis();
    const { log, lines } = observeLog();
    await using limit = createRateLimit(config, { url: redis.url, prefix: 'test:' }, '', log);
    await limit.ready;
    expect(await admitTimes(limit, 8)).not.toContain(false);
    expect(lines).toEqual([]);
    redis.setFull(true);
    expect(await admitTimes(limit, 6)).toEqual([true, true, true, true, true, false]);
    redis.setFull(false);
    expect(await admitTimes(limit, 2)).toEqual([true, true]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { action: 'redis.away', purpose: 'rate limits', error: { message: expect.stringContaining('maxmemory') } },
      { action: 'redis.back', purpose: 'rate limits' },
    ]);
  });
});

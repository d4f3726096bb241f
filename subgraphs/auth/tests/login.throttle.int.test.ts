import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createLoginThrottle } from '../src/login.throttle.ts';

it('counts the failures of all instances together, in Redis', async () => {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is missing: integration tests need a Redis server.');
  const log = createLog({ service: 'auth', level: 'silent' });
  const prefix = `test-auth:${crypto.randomUUID()}:`;
  await using connection = await openRedis({ url, prefix, log });
  const policy = { accountFailures: 4, addressFailures: 6, windowSeconds: 60 };
  const [first, second] = [createLoginThrottle(connection, policy), createLoginThrottle(connection, policy)];
  const [email, ip] = ['ann@example.com', '192.0.2.1'];

  for (const throttle of [first, second, first, second]) {
    await throttle.admit(email, ip);
    await throttle.recordFailure(email, ip);
  }
  for (const throttle of [first, second])
    await expect(throttle.admit(email, ip)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await first.admit(email, '192.0.2.2');
  await first.recordSuccess(email, ip);
  await second.admit(email, ip);

  for (const other of ['bob', 'eve']) await second.recordFailure(`${other}@example.com`, ip);
  await expect(first.admit('new@example.com', ip)).rejects.toMatchObject({ code: 'RATE_LIMITED' });

  const keys = await connection.commands.keys(`${prefix}*`);
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.join()).not.toContain('example.com');
  await connection.commands.del(...keys);
});

import { createServer } from 'node:http';
import { createMemoryBroadcast } from '@vibecode/platform/broadcast/memory.broadcast';
import { createMemoryCache } from '@vibecode/platform/cache/memory.cache';
import { createTokenVerifier, REVOCATION_CHANNEL, remoteKeys, revocationKey } from '@vibecode/platform/identity';
import { createLog } from '@vibecode/platform/log';
import { createTestKeys } from '@vibecode/platform/testing/infrastructure';

const userId = '0199d3a0-0000-7000-8000-000000000001';

async function setUp() {
  const clock = { now: Date.now() };
  const { keys, sign } = await createTestKeys();
  const cache = createMemoryCache();
  const broadcast = createMemoryBroadcast({ log: createLog({ service: 'test', level: 'silent' }) });
  let lookups = 0;
  const verifier = await createTokenVerifier({
    keys: (header, token) => {
      lookups++;
      return keys(header, token);
    },
    cache,
    broadcast,
    now: () => clock.now,
  });
  return { clock, sign, cache, broadcast, verifier, lookups: () => lookups };
}

const reasonOf = (verification: Promise<unknown>) =>
  verification.then(
    () => 'verified',
    (error) => error.details.reason,
  );

describe('createTokenVerifier', () => {
  it('tells who the viewer is, and verifies a token once', async () => {
    const { sign, verifier, lookups } = await setUp();
    const token = await sign({ userId, sessionId: 's', scope: 'read  write', role: 'ADMIN' });
    const viewer = await verifier.verify(token);
    expect(viewer).toMatchObject({ userId, sessionId: 's', scopes: ['read', 'write'], role: 'ADMIN', actor: null });
    expect(await verifier.verify(token)).toBe(viewer);
    expect(lookups()).toBe(1);
  });

  it('keeps a service’s token to that service, and a client’s from it', async () => {
    const { sign, verifier } = await setUp();
    const token = await sign({ userId, audience: 'billing', actor: 'ai-generation' });
    expect((await verifier.verify(token, 'billing')).actor).toBe('ai-generation');
    expect(await reasonOf(verifier.verify(token))).toBe('claim');
    expect(await reasonOf(verifier.verify(await sign({ userId }), 'billing'))).toBe('claim');
  });

  it('refuses what has expired, also from its memory', async () => {
    const { clock, sign, verifier } = await setUp();
    const token = await sign({ userId });
    await verifier.verify(token);
    clock.now += 15 * 60_000 + 1_000;
    expect(await reasonOf(verifier.verify(token))).toBe('expired');
  });

  it('refuses what is no token, and what another key signed', async () => {
    const { sign, verifier } = await setUp();
    const other = await setUp();
    expect(await reasonOf(verifier.verify('nonsense'))).toBe('malformed');
    expect(await reasonOf(other.verifier.verify(await sign({ userId })))).toBe('signature');
  });

  it('refuses a session from the moment it is revoked, and tells who listens', async () => {
    const { sign, verifier, broadcast } = await setUp();
    const token = await sign({ userId, sessionId: 'ended' });
    await verifier.verify(token);
    const heard = new Promise((resolve) => verifier.onRevoked(resolve));
    await broadcast.publish(REVOCATION_CHANNEL, JSON.stringify({ sessionId: 'ended' }));
    expect(await heard).toBe('ended');
    expect(await reasonOf(verifier.verify(token))).toBe('revoked');
  });

  it('refuses a session that was revoked before this instance started', async () => {
    const { sign, verifier, cache } = await setUp();
    await cache.set(revocationKey('ended'), '1', 60_000);
    expect(await reasonOf(verifier.verify(await sign({ userId, sessionId: 'ended' })))).toBe('revoked');
  });
});

describe('remoteKeys', () => {
  it('goes on with the last keys while auth is out of reach, and says so when it never had any', async () => {
    const { jwks, sign } = await createTestKeys();
    const server = createServer((_request, response) => response.end(JSON.stringify(jwks)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const services = { url: () => `http://127.0.0.1:${port}` };
    const broadcast = createMemoryBroadcast({ log: createLog({ service: 'test', level: 'silent' }) });
    const createVerifier = () =>
      createTokenVerifier({ keys: remoteKeys(services, 0), cache: createMemoryCache(), broadcast });
    await using early = await createVerifier();
    expect(await early.verify(await sign({ userId }))).toMatchObject({ userId });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await early.verify(await sign({ userId, sessionId: 'another' }))).toMatchObject({ sessionId: 'another' });
    await using late = await createVerifier();
    await expect(late.verify(await sign({ userId }))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      status: 503,
      details: { service: 'auth' },
    });
  });
});

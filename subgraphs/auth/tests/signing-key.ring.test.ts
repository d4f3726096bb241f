import { startTestDatabase, type TestDatabase } from '@vibecode/platform/testing/database';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { openAuthDatabase } from '../src/database.ts';
import { createSecretBox } from '../src/secret-box.ts';
import { SigningKey } from '../src/signing-key.entity.ts';
import { SigningKeyRing } from '../src/signing-key.ring.ts';
import { ACCESS_TOKEN_MS, TokenIssuer } from '../src/token.issuer.ts';
import { createTestClock } from './start.services.ts';

const HOUR_MS = 60 * 60_000;
const policy = { rotationMs: 100 * HOUR_MS, leadMs: HOUR_MS, overlapMs: HOUR_MS };

describe('the signing key ring', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestDatabase();
  });
  afterAll(() => database?.[Symbol.asyncDispose]());

  async function start() {
    const orm = await openAuthDatabase(database.url);
    await orm.em.fork().nativeDelete(SigningKey, {});
    const clock = createTestClock();
    const open = (passphrase: string | null = null) => SigningKeyRing.open({ orm, clock, policy, passphrase });
    return { orm, clock, open, [Symbol.asyncDispose]: () => orm.close(true) };
  }

  it('makes one key on the first start, however many instances start at once', async () => {
    await using keys = await start();
    const rings = await Promise.all([keys.open(), keys.open(), keys.open()]);
    expect(new Set(rings.map((ring) => ring.signing.kid)).size).toBe(1);
    expect((await keys.open()).jwks).toEqual(rings[0]?.jwks);
  });

  it('rotates without a token failing', async () => {
    await using keys = await start();
    const ring = await keys.open();
    const issuer = new TokenIssuer({ ring, clock: keys.clock });
    const issue = () => issuer.issueForSession({ userId: 'user', sessionId: 'session', role: 'USER' });
    // A verifier that asks for the key set once an hour, and a ring that looks at its keys as seldom.
    for (let hour = 0; hour < 220; hour++) {
      await ring.refresh();
      const verifierKeys = createLocalJWKSet(ring.jwks as JSONWebKeySet);
      keys.clock.advance(HOUR_MS - ACCESS_TOKEN_MS);
      const { token } = await issue();
      await jwtVerify(token, verifierKeys, { currentDate: keys.clock() });
      keys.clock.advance(ACCESS_TOKEN_MS - 1000);
      const later = createLocalJWKSet((await keys.open()).jwks as JSONWebKeySet);
      await jwtVerify(token, later, { currentDate: keys.clock() });
      keys.clock.advance(1000);
    }
    expect(await keys.orm.em.fork().count(SigningKey)).toBe(1);
    expect(ring.jwks.keys).toHaveLength(1);
  });

  it('seals keys made before there was a passphrase, and opens them only with it', async () => {
    await using keys = await start();
    const before = await keys.open();
    const sealed = await keys.open('a passphrase for tests');
    expect(sealed.signing.kid).toBe(before.signing.kid);
    const [row] = await keys.orm.em.fork().findAll(SigningKey);
    expect(row).toMatchObject({ sealed: true, privateJwk: expect.stringMatching(/^v1\./) });
    expect((await keys.open('a passphrase for tests')).signing.kid).toBe(before.signing.kid);
    await expect(keys.open('another passphrase')).rejects.toThrow('AUTH_SIGNING_KEY_SECRET is not what');
    await expect(keys.open(null)).rejects.toThrow('set AUTH_SIGNING_KEY_SECRET');
  });
});

describe('the secret box', () => {
  it('notices a change of any character', () => {
    const box = createSecretBox('a passphrase for tests', 'test');
    const sealed = box.seal('text');
    expect(box.open(sealed)).toBe('text');
    expect(box.seal('text')).not.toBe(sealed);
    for (let index = 0; index < sealed.length; index++) {
      const changed = `${sealed.slice(0, index)}${sealed[index] === 'A' ? 'B' : 'A'}${sealed.slice(index + 1)}`;
      // The last character of a base64url part can hold bits that stand for nothing.
      const same = changed
        .split('.')
        .every((part, at) =>
          Buffer.from(part, 'base64url').equals(Buffer.from(sealed.split('.')[at] ?? '', 'base64url')),
        );
      if (!same) expect(() => box.open(changed)).toThrow();
    }
    expect(() => createSecretBox('a passphrase for tests', 'other').open(sealed)).toThrow();
  });
});

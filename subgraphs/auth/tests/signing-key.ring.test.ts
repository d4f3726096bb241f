import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestDatabase, type TestDatabase } from '@vibecode/platform/testing/database';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { openAuthDatabase } from '../src/database.ts';
import { parseAuthEnv } from '../src/env.ts';
import { openSealing } from '../src/sealing.ts';
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
    const open = (passphrase = 'a passphrase for tests', earlierPassphrases: string[] = []) =>
      SigningKeyRing.open({ orm, clock, policy, sealing: { passphrase, earlierPassphrases, source: 'the test' } });
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

  it('seals every key that it makes, and opens it only with the same passphrase', async () => {
    await using keys = await start();
    const made = await keys.open();
    const [row] = await keys.orm.em.fork().findAll(SigningKey);
    expect(row).toMatchObject({ sealed: true, privateJwk: expect.stringMatching(/^v1\./) });
    expect((await keys.open()).signing.kid).toBe(made.signing.kid);
    await expect(keys.open('another passphrase')).rejects.toThrow(`${row?.id} cannot be opened`);
  });

  it('seals keys that an earlier version stored readable', async () => {
    await using keys = await start();
    const before = await keys.open();
    const em = keys.orm.em.fork();
    const row = await em.findOneOrFail(SigningKey, { id: before.signing.kid });
    row.privateJwk = createSecretBox('a passphrase for tests', 'signing-key').open(row.privateJwk);
    row.sealed = false;
    await em.flush();
    expect((await keys.open()).signing.kid).toBe(before.signing.kid);
    const after = await keys.orm.em.fork().findOneOrFail(SigningKey, { id: row.id });
    expect(after).toMatchObject({ sealed: true, privateJwk: expect.stringMatching(/^v1\./) });
  });

  it('seals keys anew when another passphrase takes over', async () => {
    await using keys = await start();
    const { kid } = (await keys.open('the passphrase of the file')).signing;
    expect((await keys.open('the new passphrase', ['the passphrase of the file'])).signing.kid).toBe(kid);
    expect((await keys.open('the new passphrase')).signing.kid).toBe(kid);
  });
});

describe('what seals the keys', () => {
  it('is the setting, or else a key file that only this account can read', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vibecode-sealing-'));
    const made = await openSealing(null, directory);
    expect(made.passphrase).toHaveLength(43);
    expect(await openSealing(null, directory)).toEqual(made);
    expect((await stat(join(directory, 'signing-key.secret'))).mode & 0o777).toBe(0o600);
    const given = await openSealing('a passphrase of the operator', directory);
    expect(given).toMatchObject({
      passphrase: 'a passphrase of the operator',
      earlierPassphrases: [made.passphrase],
    });
  });

  it('has to be named by a setting in production', () => {
    expect(() => parseAuthEnv({ NODE_ENV: 'production' })).toThrow('AUTH_SIGNING_KEY_SECRET is missing');
    const env = { NODE_ENV: 'production', AUTH_SIGNING_KEY_SECRET: 'a passphrase for tests' };
    expect(parseAuthEnv(env).signingKeyPassphrase).toBe('a passphrase for tests');
    expect(parseAuthEnv({}).signingKeyPassphrase).toBeNull();
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

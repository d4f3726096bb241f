import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import * as fc from '@vibecode/platform/testing/property';
import { type CryptoKey, errors, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { parseConfig } from '../../src/config/config.parse.ts';
import { createIdentityProvider, type IdentityOptions } from '../../src/edge/identity.ts';
import { createJwksSource } from '../../src/edge/jwks.source.ts';
import { createTokenFinder, defaultTokenSources, findCookie } from '../../src/edge/token.source.ts';
import { observeLog } from '../support/source.fixture.ts';

/** An issuer with a real key server, whose keys can be rotated and which can be stopped. */
async function startIssuer() {
  const keys: { kid: string; alg: string; privateKey: CryptoKey; jwk: object }[] = [];
  let readings = 0;
  let down = false;
  const server = createServer((_request, response) => {
    readings++;
    response.statusCode = down ? 500 : 200;
    response.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    get readings() {
      return readings;
    },
    answer(value: boolean) {
      down = !value;
    },
    async rotate(kid: string, alg = 'EdDSA') {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      keys.length = 0;
      keys.push({ kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } });
    },
    sign({ claims = {}, audience = 'api', iss = 'https://issuer.example', expiresInS = 900 } = {}) {
      const { kid, alg, privateKey } = keys.at(-1)!;
      return new SignJWT({ scope: 'read write', sid: 's1', ...claims })
        .setProtectedHeader({ alg, kid })
        .setSubject('ann')
        .setIssuer(iss)
        .setAudience(audience)
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
        .sign(privateKey);
    },
    signForEver() {
      const { kid, alg, privateKey } = keys.at(-1)!;
      return new SignJWT({})
        .setProtectedHeader({ alg, kid })
        .setSubject('ann')
        .setIssuer('https://issuer.example')
        .setAudience('api')
        .sign(privateKey);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await issuer.rotate('first');
  return issuer;
}

const providerFor = (url: string, more = '', options: Partial<IdentityOptions> = {}) =>
  createIdentityProvider({
    config: parseConfig(
      `authentication:\n  router:\n    jwt:\n      jwks:\n        - url: ${url}\n          issuers: ['https://issuer.example']\n          audiences: [api]\n${more}`,
      'test.yaml',
    ).config.authentication,
    ...options,
  });

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('identity at the edge', () => {
  it('knows who asks by a token from header, cookie or connection_init', async () => {
    await using issuer = await startIssuer();
    using provider = providerFor(issuer.url, '      sources:\n        - { type: cookie, name: session }\n');
    const token = await issuer.sign();
    const { identity, byCookie } = await provider.identify(bearer(token));
    expect(identity).toMatchObject({ subject: 'ann', token, scopes: ['read', 'write'], sessionId: 's1' });
    expect(byCookie).toBe(false);
    expect(await provider.identify({ cookie: `a=b; session=${token}` })).toMatchObject({
      identity: { subject: 'ann' },
      byCookie: true,
    });
    expect(await provider.identify({}, { Authorization: `bearer ${token}` })).toMatchObject({
      identity: { subject: 'ann' },
    });
    expect(await provider.identify({})).toEqual({ identity: null, byCookie: false });
  });

  it('takes a token without an end only where that is allowed', async () => {
    await using issuer = await startIssuer();
    const token = await issuer.signForEver();
    using strict = providerFor(issuer.url);
    await expect(async () => strict.identify(bearer(token))).rejects.toMatchObject({ details: { reason: 'claim' } });
    using lax = providerFor(issuer.url, '          allow_missing_exp: true\n');
    expect(await lax.identify(bearer(token))).toMatchObject({ identity: { subject: 'ann' } });
  });

  it.each([
    ['expired', { expiresInS: -1 }, 'expired'],
    ['for someone else', { audience: 'other' }, 'claim'],
    ['from someone else', { iss: 'https://evil.example' }, 'claim'],
  ])('refuses a token that is %s', async (_name, change, reason) => {
    await using issuer = await startIssuer();
    using provider = providerFor(issuer.url);
    await expect(async () => provider.identify(bearer(await issuer.sign(change)))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      details: { reason },
    });
  });

  it('refuses forged, malformed and unsigned tokens', async () => {
    await using issuer = await startIssuer();
    await using stranger = await startIssuer();
    using provider = providerFor(issuer.url);
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"ann","exp":99999999999}')}.`;
    for (const token of [await stranger.sign(), 'nonsense', unsigned]) {
      await expect(async () => provider.identify(bearer(token))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    await expect(async () => provider.identify({ authorization: 'Basic abc' })).rejects.toMatchObject({
      details: { reason: 'prefix' },
    });
  });

  it('takes the cookie of a session that ended as nobody, so that its owner can sign in again', async () => {
    await using issuer = await startIssuer();
    const ended = await issuer.sign({ expiresInS: -1 });
    using provider = providerFor(issuer.url, '    cookie: { name: session }\n');
    expect(await provider.identify({ cookie: `session=${await issuer.sign()}` })).toMatchObject({
      identity: { subject: 'ann' },
      byCookie: true,
    });
    expect(await provider.identify({ cookie: `session=${ended}` })).toEqual({ identity: null, byCookie: false });
    expect(await provider.identify({ cookie: 'session=nonsense' })).toEqual({ identity: null, byCookie: false });
    await expect(async () => provider.identify({ ...bearer(ended), cookie: 'session=x' })).rejects.toMatchObject({
      details: { reason: 'expired' },
    });
  });

  it('takes a bad token as nobody where the configuration says continue', async () => {
    await using issuer = await startIssuer();
    using provider = providerFor(issuer.url, '      on_error: continue\n');
    expect(await provider.identify(bearer('nonsense'))).toEqual({ identity: null, byCookie: false });
  });

  it('rotates keys, of other algorithms too, without a failed request', async () => {
    await using issuer = await startIssuer();
    using provider = providerFor(issuer.url);
    for (const [kid, alg] of [
      ['first', 'EdDSA'],
      ['second', 'ES256'],
      ['third', 'RS256'],
    ] as const) {
      await issuer.rotate(kid, alg);
      const tokens = await Promise.all(Array.from({ length: 5 }, (_, n) => issuer.sign({ claims: { n } })));
      const before = issuer.readings;
      const found = await Promise.all(tokens.map((token) => provider.identify(bearer(token))));
      expect(found.every(({ identity }) => identity?.subject === 'ann')).toBe(true);
      expect(issuer.readings - before).toBe(1);
    }
  });

  it('keeps the last keys while the key server fails, and says so when it never had any', async () => {
    await using issuer = await startIssuer();
    using provider = providerFor(issuer.url);
    await provider.identify(bearer(await issuer.sign()));
    issuer.answer(false);
    expect((await provider.identify(bearer(await issuer.sign({ claims: { n: 1 } })))).identity?.subject).toBe('ann');
    using late = providerFor(issuer.url, '      on_error: continue\n');
    await expect(async () => late.identify(bearer(await issuer.sign()))).rejects.toMatchObject({ status: 503 });
  });

  it('logs once that the keys cannot be read, and that they can again', async () => {
    await using issuer = await startIssuer();
    const { log, lines } = observeLog();
    let nowMs = 0;
    const getKey = createJwksSource({ url: issuer.url, pollIntervalMs: 60_000, now: () => nowMs, log });
    const verify = async () => jwtVerify(await issuer.sign(), getKey);
    await verify();
    expect(lines).toEqual([]);
    issuer.answer(false);
    await issuer.rotate('second');
    for (let n = 0; n < 3; n++) {
      nowMs += 60_000;
      await expect(verify()).rejects.toThrow(errors.JWKSNoMatchingKey);
    }
    issuer.answer(true);
    nowMs += 60_000;
    await verify();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'WARN', action: 'jwks.away', url: issuer.url, error: { message: expect.stringContaining('500') } },
      { level: 'INFO', action: 'jwks.back', url: issuer.url },
    ]);
  });

  it('answers for a verified token at once, in far less than a millisecond, until it expires', async () => {
    await using issuer = await startIssuer();
    let nowMs = Date.now();
    using provider = providerFor(issuer.url, '', { now: () => nowMs });
    const headers = bearer(await issuer.sign({ expiresInS: 60 }));
    await provider.identify(headers);
    const started = performance.now();
    for (let n = 0; n < 1_000; n++) expect(provider.identify(headers)).not.toBeInstanceOf(Promise);
    expect((performance.now() - started) / 1_000).toBeLessThan(1);
    nowMs += 61_000;
    expect(() => provider.identify(headers)).toThrow('has expired');
  });

  it('ends a session for cached and for new tokens, and tells who listens', async () => {
    await using issuer = await startIssuer();
    let publish: (sessionId: string) => void = () => undefined;
    using provider = providerFor(issuer.url, '', {
      revocation: {
        isRevoked: (sessionId) => sessionId === 'long-gone',
        onRevoked(listener) {
          publish = listener;
          return () => undefined;
        },
      },
    });
    const token = await issuer.sign();
    await provider.identify(bearer(token));
    const ended: string[] = [];
    provider.onRevoked((sessionId) => ended.push(sessionId));
    publish('s1');
    expect(ended).toEqual(['s1']);
    expect(() => provider.identify(bearer(token))).toThrow('The session has ended');
    await expect(async () =>
      provider.identify(bearer(await issuer.sign({ claims: { sid: 'long-gone' } }))),
    ).rejects.toMatchObject({
      details: { reason: 'revoked' },
    });
  });

  it('exchanges an API key once for many requests', async () => {
    await using issuer = await startIssuer();
    let exchanges = 0;
    using provider = providerFor(issuer.url, '', {
      exchangeApiKey: async (apiKey) => {
        exchanges++;
        return apiKey === 'good' ? { token: await issuer.sign(), expiresAtMs: Date.now() + 900_000 } : null;
      },
    });
    for (let n = 0; n < 3; n++) {
      expect((await provider.identify({ 'x-api-key': 'good' })).identity?.subject).toBe('ann');
    }
    expect(exchanges).toBe(1);
    await expect(async () => provider.identify({ 'x-api-key': 'bad' })).rejects.toMatchObject({
      details: { reason: 'api-key' },
    });
  });
});

describe('where tokens are found', () => {
  it('finds what was put into a cookie, wherever it stands', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const value = fc.stringMatching(/^[A-Za-z0-9._=-]{0,20}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, minLength: 1, maxLength: 6 }),
        (cookies) => {
          const header = cookies.map(([key, text]) => `${key}=${text}`).join('; ');
          for (const [key, text] of cookies) expect(findCookie(header, key)).toBe(text);
          expect(findCookie(header, 'ABSENT')).toBeNull();
        },
      ),
    );
  });

  it('never takes for a token what does not follow the prefix', () => {
    const find = createTokenFinder({ ...defaultTokenSources, ignore_other_prefixes: true });
    fc.assert(
      fc.property(fc.string(), (authorization) => {
        const found = find({ authorization });
        if (found) expect(authorization.toLowerCase().startsWith('bearer ')).toBe(true);
      }),
    );
  });
});

import { availableParallelism } from 'node:os';
import type { TestDatabase } from '@vibecode/platform/testing/database';
import { decodeJwt } from 'jose';
import { Account } from '../src/account.entity.ts';
import { RefreshToken } from '../src/refresh-token.entity.ts';
import { client, otherClient, startTestServices } from './start.services.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What the services promise, whichever PostgreSQL they stand on. */
export function describeServices(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(name, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await startDatabase();
    }, 60_000);
    afterAll(() => database?.[Symbol.asyncDispose]());
    const start = (options?: Parameters<typeof startTestServices>[1]) => startTestServices(database.url, options);

    describe('registration', () => {
      it('makes the user first, then the account is active and an event leaves', async () => {
        const users: unknown[] = [];
        await using auth = await start({ createUser: async (user) => void users.push(user) });
        const { userId, email } = await auth.signUp();
        expect(users).toEqual([{ id: userId, email, displayName: 'Ann' }]);
        expect(await auth.orm.em.fork().findOneOrFail(Account, userId)).toMatchObject({ status: 'ACTIVE' });
        const events = await auth.findEvents(userId);
        expect(events.map(({ type }) => type)).toEqual(['user.registered', 'audit.log', 'audit.log']);
        expect(events[0]?.data).toEqual({ userId, email, displayName: 'Ann' });
      });

      it('refuses an address that is taken', async () => {
        await using auth = await start();
        const { email, password } = await auth.signUp();
        const again = auth.registrations.register({ email, password, displayName: 'Eve' }, client);
        await expect(again).rejects.toMatchObject({ code: 'AUTH_EMAIL_TAKEN' });
      });

      it('lets one of ten at once have the address', async () => {
        await using auth = await start();
        const input = {
          email: `${crypto.randomUUID()}@example.com`,
          password: 'correct horse battery',
          displayName: 'Ann',
        };
        const outcomes = await Promise.allSettled(
          Array.from({ length: 10 }, (_, index) =>
            auth.registrations.register({ ...input, password: `${input.password} ${index}` }, client),
          ),
        );
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(refused).toHaveLength(9);
        for (const { reason } of refused) expect(reason).toMatchObject({ code: 'AUTH_EMAIL_TAKEN' });
      });

      it('goes on when it is sent again after the user service was away', async () => {
        let away = true;
        const ids: string[] = [];
        const createUser = async ({ id }: { id: string }) => {
          ids.push(id);
          if (away) throw new Error('away');
        };
        await using auth = await start({ createUser });
        const input = {
          email: `${crypto.randomUUID()}@example.com`,
          password: 'correct horse battery',
          displayName: 'Ann',
        };
        await expect(auth.registrations.register(input, client)).rejects.toMatchObject({
          code: 'AUTH_REGISTRATION_PENDING',
        });
        away = false;
        const stranger = auth.registrations.register({ ...input, password: 'another password' }, client);
        await expect(stranger).rejects.toMatchObject({ code: 'AUTH_EMAIL_TAKEN' });
        const { userId } = await auth.registrations.register(input, client);
        expect(ids).toEqual([userId, userId]);
        const events = await auth.findEvents(userId);
        expect(events.filter(({ type }) => type === 'user.registered')).toHaveLength(1);
      });

      it('is finished by the reaper, or removed after a day', async () => {
        let away = true;
        const createUser = async () => {
          if (away) throw new Error('away');
        };
        await using auth = await start({ createUser });
        const register = async () => {
          const input = {
            email: `${crypto.randomUUID()}@example.com`,
            password: 'correct horse battery',
            displayName: 'Ann',
          };
          await auth.registrations.register(input, client).catch(() => {});
          return auth.orm.em.fork().findOneOrFail(Account, { email: input.email });
        };
        const status = async (id: string) => (await auth.orm.em.fork().findOne(Account, id))?.status;

        const lost = await register();
        auth.clock.advance(DAY_MS - 1);
        await auth.registrations.finishPending();
        expect(await status(lost.id)).toBe('PENDING');
        auth.clock.advance(1);
        await auth.registrations.finishPending();
        expect(await status(lost.id)).toBeUndefined();

        const late = await register();
        away = false;
        await auth.registrations.finishPending();
        expect(await status(late.id)).toBe('PENDING');
        auth.clock.advance(MINUTE_MS + 1);
        await auth.registrations.finishPending();
        expect(await status(late.id)).toBe('ACTIVE');
      });
    });

    describe('login', () => {
      it('says the same for a wrong password and an unknown address', async () => {
        await using auth = await start();
        const { email } = await auth.signUp();
        for (const address of [email, 'nobody@example.com']) {
          const attempt = auth.logins.login({ email: address, password: 'wrong password' }, client);
          await expect(attempt).rejects.toMatchObject({ code: 'AUTH_INVALID_CREDENTIALS' });
        }
      });

      it('hears no more guesses after ten, from that address, until the window has passed', async () => {
        await using auth = await start({ throttle: { accountFailures: 3, windowSeconds: 60 } });
        const { email, password } = await auth.signUp();
        for (let guess = 0; guess < 3; guess++)
          await expect(auth.logins.login({ email, password: 'wrong' }, client)).rejects.toMatchObject({
            code: 'AUTH_INVALID_CREDENTIALS',
          });
        const refused = await auth.logins.login({ email, password }, client).catch((error) => error);
        expect(refused).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: expect.any(Number) } });
        expect(await auth.logins.login({ email, password }, otherClient)).toMatchObject({
          accessToken: expect.any(String),
        });
      });

      it('holds a burst of guesses to the limit, too', async () => {
        await using auth = await start({ throttle: { accountFailures: 5 } });
        const { email } = await auth.signUp();
        const guesses = Array.from({ length: 50 }, () => auth.logins.login({ email, password: 'wrong' }, client));
        const outcomes = await Promise.allSettled(guesses);
        const heard = outcomes.filter(
          (outcome) => outcome.status === 'rejected' && outcome.reason.code === 'AUTH_INVALID_CREDENTIALS',
        );
        // Checks that run at the same moment see the count before each other's failure.
        expect(heard.length).toBeLessThanOrEqual(5 + availableParallelism());
      });

      it('hears any number of right passwords', async () => {
        await using auth = await start({ throttle: { accountFailures: 3 } });
        const { email, password } = await auth.signUp();
        const logins = Array.from({ length: 20 }, () => auth.logins.login({ email, password }, client));
        expect(await Promise.all(logins)).toHaveLength(20);
      });

      it('brings an older hash up to the cost set now', async () => {
        await using before = await start({ cost: 4 });
        const { email, password, userId } = await before.signUp();
        await using after = await start({ cost: 5 });
        await after.logins.login({ email, password }, client);
        const account = await after.orm.em.fork().findOneOrFail(Account, userId);
        expect(after.passwords.needsRehash(account.passwordHash)).toBe(false);
        expect(await after.logins.login({ email, password }, client)).toMatchObject({ userId });
      });

      it('changes the password and ends the sessions that knew the old one', async () => {
        await using auth = await start();
        const { userId, sessionId, email, password } = await auth.signUp();
        const change = { currentPassword: password, newPassword: 'battery horse correct' };
        const wrong = auth.logins.changePassword(userId, { ...change, currentPassword: 'wrong' }, client);
        await expect(wrong).rejects.toMatchObject({ code: 'AUTH_INVALID_CREDENTIALS' });
        const signIn = await auth.logins.changePassword(userId, change, client);
        expect((await auth.sessions.list(userId)).map(({ id }) => id)).toEqual([signIn.sessionId]);
        expect(auth.revoked.map((message) => message.sessionId)).toEqual([sessionId]);
        await expect(auth.logins.login({ email, password }, client)).rejects.toMatchObject({
          code: 'AUTH_INVALID_CREDENTIALS',
        });
        await auth.logins.login({ email, password: change.newPassword }, client);
      });
    });

    describe('refresh', () => {
      it('rotates, and ends the session when a copy is used', async () => {
        await using auth = await start();
        const first = await auth.signUp();
        const second = await auth.sessions.refresh(first.refreshToken, client);
        expect(second).toMatchObject({ userId: first.userId, sessionId: first.sessionId });
        expect(second.refreshToken).not.toBe(first.refreshToken);
        auth.clock.advance(30_000);
        await expect(auth.sessions.refresh(first.refreshToken, client)).rejects.toMatchObject({
          code: 'AUTH_REFRESH_REUSED',
        });
        await expect(auth.sessions.refresh(second.refreshToken, client)).rejects.toMatchObject({
          code: 'AUTH_REFRESH_INVALID',
          details: { reason: 'revoked' },
        });
        expect(auth.revoked.map(({ sessionId }) => sessionId)).toEqual([first.sessionId]);
      });

      it('ends the session at once when another client uses a spent token', async () => {
        await using auth = await start();
        const { refreshToken } = await auth.signUp();
        await auth.sessions.refresh(refreshToken, client);
        await expect(auth.sessions.refresh(refreshToken, otherClient)).rejects.toMatchObject({
          code: 'AUTH_REFRESH_REUSED',
        });
      });

      it('serves ten tabs that refresh at once', async () => {
        await using auth = await start();
        const { refreshToken } = await auth.signUp();
        const tabs = await Promise.all(Array.from({ length: 10 }, () => auth.sessions.refresh(refreshToken, client)));
        expect(new Set(tabs.map((tab) => tab.refreshToken)).size).toBe(10);
        auth.clock.advance(MINUTE_MS);
        for (const tab of tabs) await auth.sessions.refresh(tab.refreshToken, client);
      });

      it('knows why a token does not open', async () => {
        await using auth = await start();
        const { refreshToken } = await auth.signUp();
        await expect(auth.sessions.refresh('vcr_unknown', client)).rejects.toMatchObject({
          details: { reason: 'unknown' },
        });
        auth.clock.advance(30 * DAY_MS);
        await expect(auth.sessions.refresh(refreshToken, client)).rejects.toMatchObject({
          details: { reason: 'expired' },
        });
      });

      it('keeps no token readable', async () => {
        await using auth = await start();
        const { refreshToken, sessionId } = await auth.signUp();
        const stored = await auth.orm.em.fork().find(RefreshToken, { sessionId });
        expect(JSON.stringify(stored)).not.toContain(refreshToken);
      });
    });

    describe('sessions', () => {
      it('are listed, and end for their owner only', async () => {
        await using auth = await start();
        const ann = await auth.signUp();
        const other = await auth.logins.login(ann, otherClient);
        const bob = await auth.signUp();
        expect((await auth.sessions.list(ann.userId)).map(({ id }) => id).toSorted()).toEqual(
          [ann.sessionId, other.sessionId].toSorted(),
        );
        await expect(auth.sessions.revoke(bob.userId, ann.sessionId, client)).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
        await auth.sessions.revoke(ann.userId, other.sessionId, client);
        await auth.sessions.revoke(ann.userId, other.sessionId, client);
        expect((await auth.sessions.list(ann.userId)).map(({ id }) => id)).toEqual([ann.sessionId]);
        const events = await auth.findEvents(ann.userId);
        const ended = events.filter(({ data }) => (data as { action?: string }).action === 'session.revoked');
        expect(ended).toHaveLength(1);
      });

      it('are refused by a verifier as soon as they are revoked, also after its cache was lost', async () => {
        await using auth = await start();
        const { userId, sessionId, accessToken } = await auth.signUp();
        const { verifier } = auth;
        expect(await verifier.verify(accessToken)).toMatchObject({ userId, sessionId, role: 'USER', actor: null });
        await auth.sessions.revoke(userId, sessionId, client);
        await expect(verifier.verify(accessToken)).rejects.toMatchObject({ details: { reason: 'revoked' } });

        const restarted = await start();
        await using _ = restarted;
        await restarted.sessions.announceRecent();
        await expect(restarted.verifier.verify(accessToken)).rejects.toMatchObject({ details: { reason: 'revoked' } });
      });

      it('are told from tokens that are good', async () => {
        await using auth = await start();
        const { userId, sessionId, accessToken, accessTokenExpiresAt: expiresAt } = await auth.signUp();
        const good = { valid: true, reason: null, userId, expiresAt };
        expect(await auth.tokens.inspect(accessToken)).toMatchObject({
          ...good,
          scopes: expect.arrayContaining(['account']),
        });
        expect(await auth.tokens.inspect('not a token')).toMatchObject({
          valid: false,
          reason: 'malformed',
          userId: null,
        });
        const forged = `${accessToken.slice(0, -4)}AAAA`;
        expect(await auth.tokens.inspect(forged)).toMatchObject({ valid: false, reason: 'signature' });
        auth.clock.advance(15 * MINUTE_MS - 1);
        expect(await auth.tokens.inspect(accessToken)).toMatchObject(good);
        auth.clock.advance(1);
        expect(await auth.tokens.inspect(accessToken)).toMatchObject({ valid: false, reason: 'expired' });
        await auth.sessions.revoke(userId, sessionId, client);
      });

      it('are removed some time after they ended', async () => {
        await using auth = await start();
        const { sessionId } = await auth.signUp();
        auth.clock.advance(61 * DAY_MS);
        await auth.sessions.deleteEnded();
        expect(await auth.orm.em.fork().count(RefreshToken, { sessionId })).toBe(0);
      });
    });

    describe('API keys', () => {
      const input = { name: 'ci', scopes: ['project:read'] as const, expiresAt: null, tokenBudget: 1000 };

      it('are exchanged for a short token within their scopes, until revoked', async () => {
        await using auth = await start();
        const { userId } = await auth.signUp();
        const { apiKey, secret } = await auth.apiKeys.create(userId, { ...input, scopes: [...input.scopes] }, client);
        expect(secret.startsWith(apiKey.prefix)).toBe(true);
        expect(JSON.stringify(await auth.apiKeys.list(userId))).not.toContain(secret);
        const { token } = await auth.apiKeys.exchange(secret);
        expect(decodeJwt(token)).toMatchObject({ sub: userId, aud: 'vibecode', scope: 'project:read', sid: apiKey.id });
        await auth.apiKeys.revoke(userId, apiKey.id, client);
        expect(auth.revoked.map(({ sessionId }) => sessionId)).toEqual([apiKey.id]);
        await expect(auth.apiKeys.exchange(secret)).rejects.toMatchObject({ details: { reason: 'revoked' } });
        await expect(auth.apiKeys.exchange('vck_unknown')).rejects.toMatchObject({ details: { reason: 'unknown' } });
        expect(await auth.apiKeys.list(userId)).toEqual([]);
      });

      it('give no token that outlives them', async () => {
        await using auth = await start();
        const { userId } = await auth.signUp();
        const expiresAt = new Date(auth.clock().getTime() + MINUTE_MS);
        const { secret } = await auth.apiKeys.create(
          userId,
          { ...input, scopes: [...input.scopes], expiresAt },
          client,
        );
        expect((await auth.apiKeys.exchange(secret)).expiresAt).toEqual(expiresAt);
        auth.clock.advance(MINUTE_MS);
        await expect(auth.apiKeys.exchange(secret)).rejects.toMatchObject({ details: { reason: 'expired' } });
      });

      it('are revoked by their owner only', async () => {
        await using auth = await start();
        const [ann, bob] = [await auth.signUp(), await auth.signUp()];
        const { apiKey } = await auth.apiKeys.create(ann.userId, { ...input, scopes: [...input.scopes] }, client);
        await expect(auth.apiKeys.revoke(bob.userId, apiKey.id, client)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      });
    });
  });
}

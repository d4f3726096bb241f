import { RefreshToken } from '../src/refresh-token.entity.ts';
import { client, otherClient, type StartServices } from './start.services.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;

export function describeSessions(start: StartServices): void {
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
}

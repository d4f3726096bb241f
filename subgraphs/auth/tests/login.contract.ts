import { availableParallelism } from 'node:os';
import { Account } from '../src/account.entity.ts';
import { client, otherClient, type StartServices } from './start.services.ts';

export function describeLogin(start: StartServices): void {
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
}

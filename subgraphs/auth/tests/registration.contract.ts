import { Account } from '../src/account.entity.ts';
import { client, type StartServices } from './start.services.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;

export function describeRegistration(start: StartServices): void {
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
}

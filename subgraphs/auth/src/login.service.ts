import type { MikroORM } from '@mikro-orm/postgresql';
import { NotFoundError } from '@vibecode/platform/errors';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import { Account } from './account.entity.ts';
import { findAccountByEmail } from './account.repository.ts';
import { createAuditEvent } from './audit.ts';
import { InvalidCredentialsError } from './errors.ts';
import type { LoginThrottle } from './login.throttle.ts';
import type { PasswordHasher } from './password.ts';
import type { RegistrationService } from './registration.service.ts';
import type { Client } from './session.entity.ts';
import type { SessionService, SignIn } from './session.service.ts';

export interface LoginServiceOptions {
  readonly orm: MikroORM;
  readonly passwords: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly registrations: RegistrationService;
  readonly sessions: SessionService;
}

/** Checks passwords and changes them. */
export class LoginService {
  readonly #options: LoginServiceOptions;

  constructor(options: LoginServiceOptions) {
    this.#options = options;
  }

  /** @throws InvalidCredentialsError, TooManyAttemptsError, BusyError */
  async login({ email, password }: { email: string; password: string }, client: Client): Promise<SignIn> {
    const { orm, registrations, sessions } = this.#options;
    const account = await findAccountByEmail(orm.em.fork(), email);
    await this.#check(account, email, password, client);
    if (!account) throw new InvalidCredentialsError();
    // An account whose registration is pending is finished here, so that a login need not wait for the reaper.
    await registrations.finish(account, client);
    await this.#rehash(account, password);
    return sessions.open(account, client);
  }

  /**
   * Changes the password, ends every session of the account, and opens a new one.
   *
   * @throws InvalidCredentialsError if the current password is wrong
   */
  async changePassword(
    userId: string,
    { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
    client: Client,
  ): Promise<SignIn> {
    const { orm, passwords, sessions } = this.#options;
    const account = await orm.em.fork().findOne(Account, { id: userId });
    if (!account) throw new NotFoundError('account', userId);
    await this.#check(account, account.email, currentPassword, client);
    const passwordHash = await passwords.hash(newPassword);
    await orm.em.fork().transactional(async (em) => {
      await em.nativeUpdate(Account, { id: account.id }, { passwordHash });
      this.#record(em, account, 'password.changed', account.id, client);
    });
    const signIn = await sessions.open(account, client);
    await sessions.revokeOthers(account.id, signIn.sessionId, client);
    return signIn;
  }

  async #check(account: Account | null, email: string, password: string, client: Client): Promise<void> {
    const { orm, passwords, throttle } = this.#options;
    const admit = () => throttle.admit(email, client.ip);
    if (await passwords.verify(password, account?.passwordHash ?? null, admit)) {
      await throttle.recordSuccess(email, client.ip);
      return;
    }
    await throttle.recordFailure(email, client.ip);
    // Also for unknown addresses, so that the amount of work does not reveal which accounts exist.
    const em = orm.em.fork();
    this.#record(em, account, 'session.refused', null, client);
    await em.flush();
    throw new InvalidCredentialsError();
  }

  /** Replaces a hash of another cost by one of the current cost, while the password is available. */
  async #rehash(account: Account, password: string): Promise<void> {
    const { orm, passwords } = this.#options;
    if (!passwords.needsRehash(account.passwordHash)) return;
    const { id, passwordHash: replaced } = account;
    const passwordHash = await passwords.hash(password);
    // Only if the hash is still the checked one, so that a password that was changed meanwhile stays.
    await orm.em.fork().nativeUpdate(Account, { id, passwordHash: replaced }, { passwordHash });
  }

  #record(
    em: Parameters<typeof addToOutbox>[0],
    account: Account | null,
    action: string,
    actorId: string | null,
    client: Client,
  ): void {
    const accountId = account?.id ?? 'unknown';
    addToOutbox(em, createAuditEvent({ accountId, actorId, action, target: `account:${accountId}`, client }));
  }
}

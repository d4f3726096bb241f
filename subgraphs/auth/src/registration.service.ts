import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/postgresql';
import { createEvent } from '@vibecode/platform/events/event';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import { newId } from '@vibecode/platform/id';
import type { Logger } from '@vibecode/platform/log';
import { Account } from './account.entity.ts';
import { findAccountByEmail, findPending } from './account.repository.ts';
import { createAuditEvent } from './audit.ts';
import { addMs, type Clock } from './clock.ts';
import { EmailTakenError, RegistrationPendingError } from './errors.ts';
import type { LoginThrottle } from './login.throttle.ts';
import type { PasswordHasher } from './password.ts';
import type { Client } from './session.entity.ts';
import type { SessionService, SignIn } from './session.service.ts';

/** Creates the user in the user service. Idempotent by the id. */
export type CreateUser = (user: { id: string; email: string; displayName: string }) => Promise<void>;

export interface RegistrationServiceOptions {
  readonly orm: MikroORM;
  readonly clock: Clock;
  readonly passwords: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly sessions: SessionService;
  readonly createUser: CreateUser;
  readonly log: Logger;
}

/** A younger registration may still be in progress in its own request. */
const PENDING_GRACE_MS = 60_000;
/** An unfinished registration is removed after this time, and its address is free again. */
const PENDING_MAX_MS = 24 * 60 * 60_000;
const REAPED_AT_ONCE = 50;

/** Registers accounts: creates the pending account, then the user in the user service, then activates the account. */
export class RegistrationService {
  readonly #options: RegistrationServiceOptions;

  constructor(options: RegistrationServiceOptions) {
    this.#options = options;
  }

  /**
   * Registers an account. Repeated after `AUTH_REGISTRATION_PENDING` with the same password, it continues the registration.
   *
   * @throws EmailTakenError, RegistrationPendingError
   */
  async register(input: { email: string; password: string; displayName: string }, client: Client): Promise<SignIn> {
    const account = await this.#createAccount(input, client);
    await this.finish(account, client);
    return this.#options.sessions.open(account, client);
  }

  async #createAccount(
    input: { email: string; password: string; displayName: string },
    client: Client,
  ): Promise<Account> {
    const { orm, clock, passwords } = this.#options;
    const em = orm.em.fork();
    const existing = await findAccountByEmail(em, input.email);
    if (existing) return this.#resume(existing, input.password, client);
    const { email, displayName } = input;
    const passwordHash = await passwords.hash(input.password);
    const account = Account.register({ id: newId(), email, displayName, passwordHash }, clock());
    try {
      await em.persist(account).flush();
      return account;
    } catch (error) {
      throw error instanceof UniqueConstraintViolationException ? new EmailTakenError() : error;
    }
  }

  /** Continues a registration with the right password. Failed guesses count like those of a login, so that this cannot bypass its limit. */
  async #resume(existing: Account, password: string, client: Client): Promise<Account> {
    if (existing.status !== 'PENDING') throw new EmailTakenError();
    const { passwords, throttle } = this.#options;
    const admit = () => throttle.admit(existing.email, client.ip);
    if (await passwords.verify(password, existing.passwordHash, admit)) return existing;
    await throttle.recordFailure(existing.email, client.ip);
    throw new EmailTakenError();
  }

  /**
   * Activates a pending account. An active account stays unchanged.
   *
   * @throws RegistrationPendingError if the user service does not accept the user
   */
  async finish(account: Account, client: Client): Promise<void> {
    if (account.status === 'ACTIVE') return;
    const { orm, clock, createUser } = this.#options;
    const { id, email, displayName } = account;
    try {
      await createUser({ id, email, displayName });
    } catch (error) {
      throw new RegistrationPendingError(error);
    }
    await orm.em.fork().transactional(async (em) => {
      // Of two concurrent calls for the same account, the update succeeds for one, so that one event is sent.
      const activated = await em.nativeUpdate(
        Account,
        { id, status: 'PENDING' },
        { status: 'ACTIVE', activatedAt: clock() },
      );
      if (activated === 0) return;
      const data = { userId: id, email, displayName };
      const registered = createEvent('user.registered', { source: 'auth', subject: id, key: id, data });
      const target = `account:${id}`;
      const audit = createAuditEvent({ accountId: id, actorId: id, action: 'account.registered', target, client });
      addToOutbox(em, registered, audit);
    });
    account.activate(clock());
  }

  /** Finishes interrupted registrations, and removes those that cannot be finished. Run at intervals. */
  async finishPending(): Promise<void> {
    const { orm, clock, log } = this.#options;
    const now = clock();
    const em = orm.em.fork();
    for (const account of await findPending(em, addMs(now, -PENDING_GRACE_MS), REAPED_AT_ONCE)) {
      try {
        await this.finish(account, { userAgent: null, ip: null });
        log.info({ action: 'registration.finished', userId: account.id }, 'A pending registration was finished');
      } catch (error) {
        const expired = addMs(account.createdAt, PENDING_MAX_MS) <= now;
        if (expired) await em.nativeDelete(Account, { id: account.id, status: 'PENDING' });
        const action = expired ? 'registration.removed' : 'registration.delayed';
        log.warn({ action, userId: account.id, error }, 'A pending registration could not be finished');
      }
    }
  }
}

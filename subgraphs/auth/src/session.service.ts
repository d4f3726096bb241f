import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { NotFoundError } from '@vibecode/platform/errors';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import { newId } from '@vibecode/platform/id';
import { Account } from './account.entity.ts';
import { createAuditEvent } from './audit.ts';
import { addMs, type Clock } from './clock.ts';
import { InvalidRefreshTokenError, RefreshReusedError } from './errors.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { createSecret } from './secret.ts';
import { type Client, Session, type SessionLifetime } from './session.entity.ts';
import {
  deleteEnded,
  findLiveSessions,
  findRefreshTokenForUse,
  findRevokedSince,
  findSession,
} from './session.repository.ts';
import { REVOCATION_MS, type Revocations } from './session.revocation.ts';
import type { TokenIssuer } from './token.issuer.ts';

/** The tokens that a client receives at sign-in or refresh. */
export interface SignIn {
  readonly userId: string;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
}

export interface SessionServiceOptions {
  readonly orm: MikroORM;
  readonly clock: Clock;
  readonly issuer: TokenIssuer;
  readonly revocations: Revocations;
  readonly lifetime: SessionLifetime;
  /** Time after its use in which the same client may present a refresh token once more. */
  readonly graceMs: number;
}

/** Time that ended sessions and tokens are kept, so that a refusal can state the reason. */
const ENDED_KEPT_MS = 30 * 24 * 60 * 60_000;

type Granted = { session: Session; role: Account['role']; refreshToken: string; refreshTokenExpiresAt: Date };
type Refused = { refusal: 'unknown' | 'expired' | 'revoked' } | { reused: Session };

/** Opens, continues and ends sessions. */
export class SessionService {
  readonly #options: SessionServiceOptions;

  constructor(options: SessionServiceOptions) {
    this.#options = options;
  }

  /** Signs the account in. The caller must have checked the credentials. */
  async open(account: Account, client: Client): Promise<SignIn> {
    const { orm, clock, lifetime } = this.#options;
    const now = clock();
    const session = Session.open({ id: newId(), accountId: account.id, client }, lifetime, now);
    const granted = await orm.em.fork().transactional(async (em) => {
      em.persist(session);
      this.#record(em, 'session.created', session, client);
      return this.#grant(em, session, account.role, now);
    });
    return this.#toSignIn(granted);
  }

  /**
   * Exchanges a refresh token for its successor and a new access token.
   *
   * @throws InvalidRefreshTokenError, RefreshReusedError
   */
  async refresh(token: string, client: Client): Promise<SignIn> {
    const { orm, clock, revocations } = this.#options;
    const now = clock();
    // Refusals are returned rather than thrown, because the end of a session after reuse has to be committed.
    const outcome = await orm.em.fork().transactional((em) => this.#useRefreshToken(em, token, client, now));
    if ('refusal' in outcome) throw new InvalidRefreshTokenError(outcome.refusal);
    if ('reused' in outcome) {
      await revocations.announce(outcome.reused.id, now);
      throw new RefreshReusedError();
    }
    return this.#toSignIn(outcome);
  }

  async #useRefreshToken(em: EntityManager, token: string, client: Client, now: Date): Promise<Granted | Refused> {
    const link = await findRefreshTokenForUse(em, token);
    if (!link) return { refusal: 'unknown' };
    const session = await em.findOneOrFail(Session, { id: link.sessionId });
    if (session.revokedAt) return { refusal: 'revoked' };
    if (!session.isLive(now)) return { refusal: 'expired' };
    const outcome = link.use(client, now, this.#options.graceMs);
    if (outcome === 'EXPIRED') return { refusal: 'expired' };
    if (outcome === 'REUSED') {
      session.revoke(now);
      this.#record(em, 'session.revoked', session, client, null);
      return { reused: session };
    }
    const account = await em.findOneOrFail(Account, { id: session.accountId });
    session.touch(client, this.#options.lifetime, now);
    return this.#grant(em, session, account.role, now);
  }

  list(accountId: string): Promise<Session[]> {
    return findLiveSessions(this.#options.orm.em.fork(), accountId, this.#options.clock());
  }

  /** Ends a session of the account. Repeating the call announces the end again, in case the first announcement failed. */
  async revoke(accountId: string, id: string, client: Client): Promise<void> {
    const { orm, clock, revocations } = this.#options;
    const session = await orm.em.fork().transactional(async (em) => {
      const found = await findSession(em, accountId, id);
      if (found && !found.revokedAt) {
        found.revoke(clock());
        this.#record(em, 'session.revoked', found, client);
      }
      return found;
    });
    if (!session?.revokedAt) throw new NotFoundError('session', id);
    await revocations.announce(session.id, session.revokedAt);
  }

  /** Ends all sessions of the account but one. */
  async revokeOthers(accountId: string, keptId: string, client: Client): Promise<void> {
    const { orm, clock, revocations } = this.#options;
    const now = clock();
    const ended = await orm.em.fork().transactional(async (em) => {
      const others = (await findLiveSessions(em, accountId, now)).filter((session) => session.id !== keptId);
      for (const session of others) {
        session.revoke(now);
        this.#record(em, 'session.revoked', session, client);
      }
      return others;
    });
    for (const session of ended) await revocations.announce(session.id, now);
  }

  /** Announces recent revocations again, because a cache in memory has lost them. Run at start. */
  async announceRecent(): Promise<void> {
    const { orm, clock, revocations } = this.#options;
    const recent = await findRevokedSince(orm.em.fork(), addMs(clock(), -REVOCATION_MS));
    for (const { id, revokedAt } of recent) await revocations.announce(id, new Date(revokedAt));
  }

  async deleteEnded(): Promise<void> {
    await deleteEnded(this.#options.orm.em.fork(), addMs(this.#options.clock(), -ENDED_KEPT_MS));
  }

  #grant(em: EntityManager, session: Session, role: Account['role'], now: Date): Granted {
    const refreshToken = createSecret('vcr_');
    const refreshTokenExpiresAt = session.expiresAt;
    em.persist(
      RefreshToken.issue(
        { id: newId(), sessionId: session.id, token: refreshToken, expiresAt: refreshTokenExpiresAt },
        now,
      ),
    );
    return { session, role, refreshToken, refreshTokenExpiresAt };
  }

  async #toSignIn({ session, role, refreshToken, refreshTokenExpiresAt }: Granted): Promise<SignIn> {
    const userId = session.accountId;
    const { token, expiresAt } = await this.#options.issuer.issueForSession({ userId, sessionId: session.id, role });
    return {
      userId,
      sessionId: session.id,
      accessToken: token,
      accessTokenExpiresAt: expiresAt,
      refreshToken,
      refreshTokenExpiresAt,
    };
  }

  #record(
    em: EntityManager,
    action: string,
    session: Session,
    client: Client,
    actorId: string | null = session.accountId,
  ): void {
    addToOutbox(
      em,
      createAuditEvent({ accountId: session.accountId, actorId, action, target: `session:${session.id}`, client }),
    );
  }
}

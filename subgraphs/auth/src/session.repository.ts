import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { RefreshToken } from './refresh-token.entity.ts';
import { hashSecret } from './secret.ts';
import { Session } from './session.entity.ts';

/** Finds the account's active sessions, the last used first. */
export function findLiveSessions(em: EntityManager, accountId: string, now: Date): Promise<Session[]> {
  return em.find(
    Session,
    { accountId, revokedAt: null, expiresAt: { $gt: now } },
    { orderBy: { lastSeenAt: 'desc', id: 'desc' } },
  );
}

export function findSession(em: EntityManager, accountId: string, id: string): Promise<Session | null> {
  return em.findOne(Session, { id, accountId });
}

/** Finds a token and locks its row until the transaction ends, so that concurrent uses run one after another. */
export function findRefreshTokenForUse(em: EntityManager, token: string): Promise<RefreshToken | null> {
  return em.findOne(RefreshToken, { tokenHash: hashSecret(token) }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** Finds revoked sessions and keys whose tokens may not have expired yet. */
export async function findRevokedSince(em: EntityManager, since: Date): Promise<{ id: string; revokedAt: Date }[]> {
  return em.execute(
    `select id, revoked_at as "revokedAt" from auth.session where revoked_at >= ?
     union all select id, revoked_at from auth.api_key where revoked_at >= ?`,
    [since, since],
  );
}

/** Deletes sessions that ended before `before`, with their tokens, and expired tokens of active sessions. */
export async function deleteEnded(em: EntityManager, before: Date): Promise<void> {
  await em.execute('delete from auth.session where expires_at < ? or revoked_at < ?', [before, before]);
  await em.execute('delete from auth.refresh_token where expires_at < ?', [before]);
}

/** Whether the session or API key of a token's `sid` was revoked or deleted. */
export async function isRevoked(em: EntityManager, id: string): Promise<boolean> {
  const [found] = await em.execute<{ revoked: boolean }[]>(
    `select revoked_at is not null as revoked from auth.session where id = ?
     union all select revoked_at is not null from auth.api_key where id = ?`,
    [id, id],
  );
  return found?.revoked ?? true;
}

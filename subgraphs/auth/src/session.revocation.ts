import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import type { Cache } from '@vibecode/platform/cache/cache';
import { REVOCATION_CHANNEL, revocationKey } from '@vibecode/platform/identity';
import { addMs, type Clock } from './clock.ts';
import { ACCESS_TOKEN_MS } from './token.issuer.ts';

/** Time by which verifiers may accept a token longer, because of different clocks. */
const CLOCK_SKEW_MS = 60_000;

/** Announces to every service that the tokens of a session or an API key are revoked. */
export interface Revocations {
  /**
   * Writes `revoked:<id>` to the cache, for services that start later or have not seen the token yet, and publishes
   * `{sessionId, expiresAt}` on `session.revoked`, for services that have cached the token as valid. Idempotent.
   */
  announce(id: string, revokedAt: Date): Promise<void>;
}

/** After this time, all tokens of a revoked session have expired. */
export const REVOCATION_MS = ACCESS_TOKEN_MS + CLOCK_SKEW_MS;

export function createRevocations(options: { cache: Cache; broadcast: Broadcast; clock: Clock }): Revocations {
  const { cache, broadcast, clock } = options;
  return {
    async announce(id, revokedAt) {
      const expiresAt = addMs(revokedAt, REVOCATION_MS);
      const ttlMs = expiresAt.getTime() - clock().getTime();
      if (ttlMs <= 0) return;
      const message = { sessionId: id, expiresAt: expiresAt.toISOString() };
      await cache.set(revocationKey(id), message.expiresAt, ttlMs);
      await broadcast.publish(REVOCATION_CHANNEL, JSON.stringify(message));
    },
  };
}

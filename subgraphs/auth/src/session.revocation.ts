import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import type { Cache } from '@vibecode/platform/cache/cache';
import { REVOCATION_CHANNEL, revocationKey } from '@vibecode/platform/identity';
import { addMs, type Clock } from './clock.ts';
import { ACCESS_TOKEN_MS } from './token.issuer.ts';

/** Verifiers may allow a token this much longer, for clocks that differ. */
const CLOCK_SKEW_MS = 60_000;

/** Tells every service that the tokens of a session, or of an API key, are void. */
export interface Revocations {
  /**
   * Writes `revoked:<id>` to the cache, for services that start later or are asked for the first time, and publishes
   * `{sessionId, expiresAt}` on `session.revoked`, for those that hold the token as valid now. Safe to repeat.
   */
  announce(id: string, revokedAt: Date): Promise<void>;
}

/** Revocations older than this concern no living token. */
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

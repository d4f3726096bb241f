import { UnauthenticatedError } from '@vibecode/platform/errors';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import { LRUCache } from 'lru-cache';
import type { RouterConfig } from '../config/config.schema.ts';
import type { Identity } from '../request/context.ts';
import { createJwtVerifier, readClaims, refuseToken, toIdentity, type VerifyToken } from './jwt.verifier.ts';
import { chargeRefusal, type VerificationBudget } from './request.budget.ts';

type JwtConfig = NonNullable<RouterConfig['authentication']['router']>['jwt'];

const VERIFIED_TTL_MS = 5 * 60_000;
const VERIFIED_MAX = 20_000;

/** Tells which sessions of the system have ended. */
export interface SessionRevocation {
  /** Called once for each token that is new to the gateway. */
  isRevoked?(sessionId: string): boolean | Promise<boolean>;
  /** @returns stops the calls */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

export interface TokenVerificationOptions {
  readonly jwt: JwtConfig;
  /** The verifier of the system, which verifies where the configuration has no `jwt`. */
  readonly verifier?: TokenVerifier;
  readonly revocation?: SessionRevocation;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger | undefined;
}

/** Verifies tokens, and remembers verified tokens and ended sessions. */
export interface TokenVerification extends Disposable {
  /** False when nothing is configured that could verify a token. */
  readonly verifiesTokens: boolean;
  /**
   * Returns a value for a token that was verified before, and a promise otherwise.
   * @throws UnauthenticatedError (or rejects) for a token that does not verify
   */
  verify(token: string, budget?: VerificationBudget): Identity | Promise<Identity>;
  /** @returns stops the calls */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

export function createTokenVerification(options: TokenVerificationOptions): TokenVerification {
  const { jwt, verifier, now, log } = options;
  const revocation: SessionRevocation | undefined = options.revocation ?? verifier;
  const verifyUnknown = jwt ? createJwtVerifier(jwt, { now, log }) : verifier && useTokenVerifier(verifier);

  const verified = new LRUCache<string, Identity>({ max: VERIFIED_MAX, ttl: VERIFIED_TTL_MS });
  const revoked = new LRUCache<string, true>({ max: 100_000, ttl: 60 * 60_000 });
  const listeners = new Set<(sessionId: string) => void>();
  const stop = revocation?.onRevoked((sessionId) => {
    revoked.set(sessionId, true);
    for (const listener of listeners) listener(sessionId);
  });

  function assertAlive(identity: Identity): Identity {
    if (identity.expiresAtMs !== undefined && identity.expiresAtMs <= now()) {
      throw refuseToken('expired', 'The access token has expired');
    }
    if (identity.sessionId && revoked.has(identity.sessionId)) throw refuseToken('revoked', 'The session has ended');
    return identity;
  }

  async function verifyCold(token: string, verifyToken: VerifyToken): Promise<Identity> {
    const identity = await verifyToken(token);
    if (identity.sessionId && (await options.revocation?.isRevoked?.(identity.sessionId))) {
      revoked.set(identity.sessionId, true);
    }
    verified.set(token, assertAlive(identity));
    return identity;
  }

  function verify(token: string, budget?: VerificationBudget): Identity | Promise<Identity> {
    const known = verified.get(token);
    if (known) return assertAlive(known);
    if (!verifyUnknown) throw new UnauthenticatedError('This gateway is not configured to verify tokens.');
    return chargeRefusal(budget, () => verifyCold(token, verifyUnknown));
  }

  return {
    verifiesTokens: verifyUnknown !== undefined,
    verify,
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.dispose]: () => stop?.(),
  };
}

/** Reads the claims of a token after the system's verifier has checked the token and its session. */
function useTokenVerifier(verifier: TokenVerifier): VerifyToken {
  return async (token) => {
    await verifier.verify(token);
    return toIdentity(readClaims(token), token);
  };
}

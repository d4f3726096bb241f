import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Broadcast } from './broadcast/broadcast.ts';
import type { Cache } from './cache/cache.ts';
import { UnauthenticatedError, UnavailableError } from './errors.ts';
import { type ServiceDirectory, type ServiceName, serviceNames } from './services.ts';

/** The user on whose behalf an operation runs. */
export interface Viewer {
  readonly userId: string;
  /** The session's id, or the API key's id for its tokens; null for calls between services. */
  readonly sessionId: string | null;
  readonly scopes: readonly string[];
  /** Most tokens that all generations of an API key may use together; null without a limit. `sessionId` is then the key's id. */
  readonly tokenBudget: number | null;
  readonly role: 'USER' | 'ADMIN';
  /** The service that acts for the user; null if the user acts directly. */
  readonly actor: ServiceName | null;
  readonly token: string;
  readonly expiresAt: Date;
}

/** @throws UnauthenticatedError for an anonymous request */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (!viewer) throw new UnauthenticatedError();
  return viewer;
}

/** Whether the viewer is this user, or an admin, who may see every user's objects. */
export function isSelfOrAdmin(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.role === 'ADMIN');
}

export const TOKEN_ISSUER = 'vibecode';
/** Audience of clients' tokens. A token for calls to a service has that service as audience. */
export const CLIENT_AUDIENCE = 'vibecode';
/** Broadcast channel on which auth announces ended sessions: `{ sessionId, expiresAt }`. */
export const REVOCATION_CHANNEL = 'session.revoked';
/** Cache key of a revocation, for instances that start after the broadcast. */
export const revocationKey = (sessionId: string): string => `revoked:${sessionId}`;

const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'];
const VALIDATED_TTL_MS = 5 * 60_000;
const VALIDATED_MAX = 10_000;

export interface TokenVerifier extends AsyncDisposable {
  /**
   * @param audience the service's own name on routes between services. Default: clients' tokens
   * @throws UnauthenticatedError with `details.reason`: `malformed`, `expired`, `signature`, `claim`, `revoked`
   */
  verify(token: string, audience?: string): Promise<Viewer>;
  /** Calls the listener when a session ends. @returns removes the listener */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

/**
 * The keys that auth publishes. Auth's address is looked up at first use, because auth may start later than the services that
 * need its keys. While auth is unreachable, its last keys stay valid.
 *
 * @param maxAgeMs time after which keys are fetched again. Default ten minutes
 * @throws UnavailableError if auth has never been reached
 */
export function remoteKeys(services: ServiceDirectory, maxAgeMs = 10 * 60_000): JWTVerifyGetKey {
  let remote: ReturnType<typeof createRemoteJWKSet> | undefined;
  return async (header, token) => {
    remote ??= createRemoteJWKSet(new URL(`${services.url('auth')}/.well-known/jwks.json`), {
      // An unknown key may be a new one. Keys are fetched again for it, but not more often than this.
      cooldownDuration: 1_000,
      timeoutDuration: 5_000,
      cacheMaxAge: maxAgeMs,
    });
    try {
      return await remote(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw error;
      const last = remote.jwks();
      if (last) return createLocalJWKSet(last)(header, token);
      throw new UnavailableError('SERVICE_UNAVAILABLE', 'Tokens cannot be verified now. Try again later.', {
        details: { service: 'auth' },
        cause: error,
      });
    }
  };
}

export interface TokenVerifierOptions {
  /** Finds the key that signed a token: `remoteKeys`, or jose's `createLocalJWKSet` in tests. */
  readonly keys: JWTVerifyGetKey;
  readonly cache: Cache;
  readonly broadcast: Broadcast;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Verifies tokens against a JWKS. A verified token is cached for five minutes, unless its session is revoked. */
export async function createTokenVerifier({
  keys,
  cache,
  broadcast,
  now = Date.now,
}: TokenVerifierOptions): Promise<TokenVerifier> {
  const validated = new LRUCache<string, Viewer>({ max: VALIDATED_MAX, ttl: VALIDATED_TTL_MS });
  const revoked = new LRUCache<string, true>({ max: 100_000, ttl: 60 * 60_000 });
  const listeners = new Set<(sessionId: string) => void>();

  const subscription = await broadcast.subscribe(REVOCATION_CHANNEL, (message) => {
    const { sessionId } = JSON.parse(message) as { sessionId: string };
    revoked.set(sessionId, true);
    for (const listener of listeners) listener(sessionId);
  });

  async function isRevoked(sessionId: string): Promise<boolean> {
    if (revoked.has(sessionId)) return true;
    if ((await cache.get(revocationKey(sessionId))) === null) return false;
    revoked.set(sessionId, true);
    return true;
  }

  return {
    async verify(token, audience = CLIENT_AUDIENCE) {
      const cacheKey = `${audience} ${token}`;
      let viewer = validated.get(cacheKey);
      if (!viewer) {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ALGORITHMS,
          issuer: TOKEN_ISSUER,
          audience,
          currentDate: new Date(now()),
          requiredClaims: ['sub', 'exp'],
        }).catch((error) => {
          throw toUnauthenticated(error);
        });
        viewer = toViewer(payload, token);
        if (viewer.sessionId && (await isRevoked(viewer.sessionId))) throw refuse('revoked', 'The session has ended');
        validated.set(cacheKey, viewer);
      }
      if (viewer.expiresAt.getTime() <= now()) throw refuse('expired', 'The access token has expired');
      if (viewer.sessionId && revoked.has(viewer.sessionId)) throw refuse('revoked', 'The session has ended');
      return viewer;
    },
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose](),
  };
}

function toViewer(claims: JWTPayload, token: string): Viewer {
  const actor = (claims.act as { sub?: string } | undefined)?.sub ?? null;
  return {
    userId: claims.sub as string,
    sessionId: typeof claims.sid === 'string' ? claims.sid : null,
    scopes: typeof claims.scope === 'string' ? claims.scope.split(' ').filter(Boolean) : [],
    tokenBudget: typeof claims.token_budget === 'number' ? claims.token_budget : null,
    role: claims.role === 'ADMIN' ? 'ADMIN' : 'USER',
    actor: serviceNames.find((name) => name === actor) ?? null,
    token,
    expiresAt: new Date((claims.exp as number) * 1000),
  };
}

function refuse(reason: string, problem: string, cause?: unknown): UnauthenticatedError {
  return new UnauthenticatedError(`${problem}. Sign in again or refresh the token.`, { details: { reason }, cause });
}

/** Converts a verification failure. An error because auth is unreachable is not the token's fault, and stays as it is. */
function toUnauthenticated(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return refuse('expired', 'The access token has expired', error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refuse('claim', `The access token's claim '${error.claim}' does not have the expected value`, error);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return refuse('signature', 'The access token was not signed by a known key', error);
  }
  if (error instanceof errors.JOSEError) return refuse('malformed', 'The access token is not a valid JWT', error);
  return error;
}

import { type AppError, UnauthenticatedError } from '@vibecode/platform/errors';
import type { TokenVerifier } from '@vibecode/platform/identity';
import { LRUCache } from 'lru-cache';
import type { RouterConfig } from '../config/config.schema.ts';
import type { Identity } from '../request/context.ts';
import { createJwtVerifier, readClaims, refuseToken, toIdentity, type VerifyToken } from './jwt.verifier.ts';
import type { VerificationBudget } from './request.budget.ts';
import { createTokenFinder, defaultTokenSources, withCookie } from './token.source.ts';

type Headers = Readonly<Record<string, string | undefined>>;
type AuthenticationConfig = RouterConfig['authentication'];

const VERIFIED_TTL_MS = 5 * 60_000;
const VERIFIED_MAX = 20_000;

/** Whether sessions have ended: of the system, when the gateway runs within one. */
export interface SessionRevocation {
  /** Asked once for each token that is not known yet. */
  isRevoked?(sessionId: string): boolean | Promise<boolean>;
  /** @returns stops the calls */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

/** Turns the key of a partner into a short token. Null for a key that is not known. */
export type ExchangeApiKey = (
  apiKey: string,
) => Promise<{ readonly token: string; readonly expiresAtMs: number } | null>;

export interface Identified {
  readonly identity: Identity | null;
  /** The credential came by itself from a browser: the page that sent it must be one of ours. */
  readonly byCookie: boolean;
}

/** Says who asks. */
export interface IdentityProvider extends Disposable {
  /**
   * Answers at once for a token that was verified before, else by a promise: the hot path waits for nothing.
   *
   * @param connectionParams payload of `connection_init`, for WebSockets
   * @param budget of the address, taken from before a credential is verified that is not known yet. Left out: no bound
   * @throws UnauthenticatedError (or rejects) when a credential does not verify and the configuration refuses that
   */
  identify(
    headers: Headers,
    connectionParams?: Readonly<Record<string, unknown>>,
    budget?: VerificationBudget,
  ): Identified | Promise<Identified>;
  /** For a fresh token that a running stream brings. */
  verify(token: string): Identity | Promise<Identity>;
  /** Called when a session ends; streams of it end then. */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

export interface IdentityOptions {
  readonly config: AuthenticationConfig;
  /** The verifier of the system; without one, and without `jwt` in the configuration, nobody is ever known. */
  readonly verifier?: TokenVerifier;
  readonly revocation?: SessionRevocation;
  readonly exchangeApiKey?: ExchangeApiKey;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const nobody: Identified = { identity: null, byCookie: false };

export function createIdentityProvider(options: IdentityOptions): IdentityProvider {
  const { config, verifier, exchangeApiKey, now = Date.now } = options;
  const jwt = config.router?.jwt;
  const apiKeyHeader = exchangeApiKey && (config.router?.api_key?.header_name ?? 'x-api-key');
  const revocation: SessionRevocation | undefined = options.revocation ?? verifier;
  const verifyUnknown = jwt ? createJwtVerifier(jwt, { now }) : verifier && useTokenVerifier(verifier);
  const findToken = createTokenFinder(withCookie(jwt ?? defaultTokenSources, config.router?.cookie?.name));
  /** A browser goes on sending the cookie of a session that ended: its owner must be able to sign in again. */
  const forgivesCookies = config.router?.cookie !== undefined;
  const refusesErrors = (jwt?.on_error ?? 'error') !== 'continue';

  const verified = new LRUCache<string, Identity>({ max: VERIFIED_MAX, ttl: VERIFIED_TTL_MS });
  const revoked = new LRUCache<string, true>({ max: 100_000, ttl: 60 * 60_000 });
  const tokensOfKeys = new LRUCache<string, { token: string; expiresAtMs: number }>({ max: 10_000, ttl: 60_000 });
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
    return spend(budget, () => verifyCold(token, verifyUnknown));
  }

  const isRefused = (byCookie: boolean): boolean => refusesErrors && !(byCookie && forgivesCookies);

  /** What to make of a credential that does not verify. A key server out of reach is never taken for nobody. */
  function onFailure(error: unknown, byCookie = false): Identified {
    if (isRefused(byCookie) || (error as AppError).code !== 'UNAUTHENTICATED') throw error;
    return nobody;
  }

  async function identifyApiKey(
    apiKey: string,
    exchange: ExchangeApiKey,
    budget: VerificationBudget | undefined,
  ): Promise<Identified> {
    let token = tokensOfKeys.get(apiKey);
    if (!token || token.expiresAtMs <= now() + 5_000) {
      token = await spend(budget, async () => {
        const fresh = await exchange(apiKey);
        if (fresh) return fresh;
        throw new UnauthenticatedError('The API key is not known or was revoked.', { details: { reason: 'api-key' } });
      });
      tokensOfKeys.set(apiKey, token, { ttl: Math.max(1, Math.min(60_000, token.expiresAtMs - now())) });
    }
    return { identity: await verify(token.token), byCookie: false };
  }

  return {
    identify(headers, connectionParams, budget) {
      if (apiKeyHeader) {
        const apiKey = headers[apiKeyHeader] ?? connectionParams?.apiKey;
        if (typeof apiKey === 'string' && apiKey !== '') {
          return identifyApiKey(apiKey, exchangeApiKey, budget).catch((error) => onFailure(error));
        }
      }
      if (!verifyUnknown) return nobody;
      let byCookie = false;
      try {
        const found = findToken(headers, connectionParams);
        if (!found) return nobody;
        byCookie = found.byCookie;
        const identity = verify(found.token, budget);
        if (!(identity instanceof Promise)) return { identity, byCookie };
        return identity.then(
          (verifiedIdentity) => ({ identity: verifiedIdentity, byCookie }),
          (error) => onFailure(error, byCookie),
        );
      } catch (error) {
        if (!budget || !isRefused(byCookie)) return onFailure(error, byCookie);
        return budget.take().then(() => onFailure(error, byCookie));
      }
    },
    verify: (token) => verify(token),
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.dispose]: () => stop?.(),
  };
}

/** A credential that is right costs nothing in the end, nor does one that could not be checked. */
async function spend<Result>(budget: VerificationBudget | undefined, verify: () => Promise<Result>): Promise<Result> {
  await budget?.take();
  try {
    const result = await verify();
    budget?.giveBack();
    return result;
  } catch (error) {
    if ((error as AppError).code !== 'UNAUTHENTICATED') budget?.giveBack();
    throw error;
  }
}

/** The system's own verifier has checked the token and its session; the claims are read as they stand. */
function useTokenVerifier(verifier: TokenVerifier): VerifyToken {
  return async (token) => {
    await verifier.verify(token);
    return toIdentity(readClaims(token), token);
  };
}

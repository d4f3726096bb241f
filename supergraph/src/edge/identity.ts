import type { AppError } from '@vibecode/platform/errors';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import type { Identity } from '../request/context.ts';
import type { ExchangeApiKey } from './api-key.exchange.ts';
import { createApiKeyIdentification } from './api-key.identification.ts';
import type { VerificationBudget } from './request.budget.ts';
import { createTokenFinder, defaultTokenSources, withCookie } from './token.source.ts';
import { createTokenVerification, type SessionRevocation } from './token.verification.ts';

type Headers = Readonly<Record<string, string | undefined>>;
type AuthenticationConfig = RouterConfig['authentication'];

interface Identified {
  readonly identity: Identity | null;
  /** The credential is a cookie. Browsers send cookies by themselves, so the request needs the CSRF check. */
  readonly byCookie: boolean;
}

/** Identifies the client of a request. */
export interface IdentityProvider extends Disposable {
  /**
   * Returns a value for a token that was verified before, and a promise otherwise, so that the hot path does not wait.
   *
   * @param connectionParams payload of `connection_init`, for WebSockets
   * @param budget of the address, charged before an unknown credential is verified. Left out: no bound
   * @throws UnauthenticatedError (or rejects) for an invalid credential, unless the configuration takes its client for
   *   an anonymous one
   */
  identify(
    headers: Headers,
    connectionParams?: Readonly<Record<string, unknown>>,
    budget?: VerificationBudget,
  ): Identified | Promise<Identified>;
  /** Verifies a fresh token that a client sends for a running stream. */
  verify(token: string): Identity | Promise<Identity>;
  /** Calls the listener when a session ends, so that the streams of the session end. @returns stops the calls */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

export interface IdentityOptions {
  readonly config: AuthenticationConfig;
  /** The verifier of the system. Without one, and without `jwt` in the configuration, every client is anonymous. */
  readonly verifier?: TokenVerifier;
  readonly revocation?: SessionRevocation;
  readonly exchangeApiKey?: ExchangeApiKey;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** For what operators must hear of. Default none. */
  readonly log?: Logger;
}

const ANONYMOUS: Identified = { identity: null, byCookie: false };

export function createIdentityProvider(options: IdentityOptions): IdentityProvider {
  const { config, verifier, exchangeApiKey, now = Date.now, log } = options;
  const jwt = config.router?.jwt;
  const apiKeyHeader = exchangeApiKey && (config.router?.api_key?.header_name ?? 'x-api-key');
  const tokens = createTokenVerification({ jwt, verifier, revocation: options.revocation, now, log });
  const { verify, verifiesTokens } = tokens;
  const identifyApiKey = exchangeApiKey && createApiKeyIdentification(exchangeApiKey, tokens, now);
  const findToken = createTokenFinder(withCookie(jwt ?? defaultTokenSources, config.router?.cookie?.name));
  /** A browser keeps sending the cookie of an ended session. Its owner must still be able to sign in again. */
  const forgivesCookies = config.router?.cookie !== undefined;
  const refusesErrors = (jwt?.on_error ?? 'error') !== 'continue';

  const isRefused = (byCookie: boolean): boolean => refusesErrors && !(byCookie && forgivesCookies);

  /** Rethrows or goes on anonymously. An unreachable JWKS endpoint never makes a client anonymous. */
  function onFailure(error: unknown, byCookie = false): Identified {
    if (isRefused(byCookie) || (error as AppError).code !== 'UNAUTHENTICATED') throw error;
    return ANONYMOUS;
  }

  return {
    identify(headers, connectionParams, budget) {
      if (apiKeyHeader && identifyApiKey) {
        const apiKey = headers[apiKeyHeader] ?? connectionParams?.apiKey;
        if (typeof apiKey === 'string' && apiKey !== '') {
          return identifyApiKey(apiKey, budget).catch((error) => onFailure(error));
        }
      }
      if (!verifiesTokens) return ANONYMOUS;
      let byCookie = false;
      try {
        const found = findToken(headers, connectionParams);
        if (!found) return ANONYMOUS;
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
    onRevoked: tokens.onRevoked,
    [Symbol.dispose]: tokens[Symbol.dispose],
  };
}

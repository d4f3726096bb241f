import type { AppError } from '@vibecode/platform/errors';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { RouterConfig } from '../config/config.schema.ts';
import type { Identity } from '../request/context.ts';
import type { ExchangeApiKey } from './api-key.exchange.ts';
import { createApiKeyIdentification } from './api-key.identification.ts';
import type { VerificationBudget } from './request.budget.ts';
import { createTokenFinder, defaultTokenSources, withCookie } from './token.source.ts';
import { createTokenVerification, type SessionRevocation } from './token.verification.ts';

type Headers = Readonly<Record<string, string | undefined>>;
type AuthenticationConfig = RouterConfig['authentication'];

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
  const tokens = createTokenVerification({ jwt, verifier, revocation: options.revocation, now });
  const { verify, verifiesTokens } = tokens;
  const identifyApiKey = exchangeApiKey && createApiKeyIdentification(exchangeApiKey, tokens, now);
  const findToken = createTokenFinder(withCookie(jwt ?? defaultTokenSources, config.router?.cookie?.name));
  /** A browser goes on sending the cookie of a session that ended: its owner must be able to sign in again. */
  const forgivesCookies = config.router?.cookie !== undefined;
  const refusesErrors = (jwt?.on_error ?? 'error') !== 'continue';

  const isRefused = (byCookie: boolean): boolean => refusesErrors && !(byCookie && forgivesCookies);

  /** What to make of a credential that does not verify. A key server out of reach is never taken for nobody. */
  function onFailure(error: unknown, byCookie = false): Identified {
    if (isRefused(byCookie) || (error as AppError).code !== 'UNAUTHENTICATED') throw error;
    return nobody;
  }

  return {
    identify(headers, connectionParams, budget) {
      if (apiKeyHeader && identifyApiKey) {
        const apiKey = headers[apiKeyHeader] ?? connectionParams?.apiKey;
        if (typeof apiKey === 'string' && apiKey !== '') {
          return identifyApiKey(apiKey, budget).catch((error) => onFailure(error));
        }
      }
      if (!verifiesTokens) return nobody;
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
    onRevoked: tokens.onRevoked,
    [Symbol.dispose]: tokens[Symbol.dispose],
  };
}

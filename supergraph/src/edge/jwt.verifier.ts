import { UnauthenticatedError, UnavailableError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { RouterConfig } from '../config/config.schema.ts';
import type { Identity } from '../request/context.ts';
import { createJwksSource } from './jwks.source.ts';
import '../request/errors.ts';

type JwtConfig = NonNullable<NonNullable<RouterConfig['authentication']['router']>['jwt']>;

const DEFAULT_ALGORITHMS = ['EdDSA', 'ES256', 'RS256'];

/** @throws UnauthenticatedError with `details.reason`; UnavailableError when no key set could be read */
export type VerifyToken = (token: string) => Promise<Identity>;

/** Verifies tokens against the key sets of a configuration. A token is valid when any key set verifies it. */
export function createJwtVerifier(
  { jwks }: Pick<JwtConfig, 'jwks'>,
  { now = Date.now, log }: { readonly now?: () => number; readonly log?: Logger | undefined } = {},
): VerifyToken {
  const issuers = jwks.map((entry) => ({
    getKey: createJwksSource({ url: entry.url, headers: entry.headers, pollIntervalMs: entry.poll_interval, log }),
    issuer: entry.issuers ?? undefined,
    audience: entry.audiences ?? undefined,
    algorithms: [...(entry.algorithms ?? DEFAULT_ALGORITHMS)],
    requiredClaims: entry.allow_missing_exp ? ['sub'] : ['sub', 'exp'],
  }));

  return async (token) => {
    let refusal: unknown;
    for (const { getKey, ...claims } of issuers) {
      try {
        return toIdentity(await verifyWithAnyKey(token, getKey, { ...claims, currentDate: new Date(now()) }), token);
      } catch (error) {
        refusal = moreTelling(refusal, error);
      }
    }
    throw toAppError(refusal);
  };
}

/** A token without a key id may match several keys of a set. Each of them is tried. */
async function verifyWithAnyKey(
  token: string,
  getKey: JWTVerifyGetKey,
  verifyOptions: Parameters<typeof jwtVerify>[2],
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, getKey, verifyOptions)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, verifyOptions)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** The claims of a verified token as an identity. */
export function toIdentity(claims: JWTPayload, token: string): Identity {
  const { sub = '', sid, scope, exp } = claims;
  const scopes = Array.isArray(scope) ? scope.map(String) : typeof scope === 'string' ? scope.split(/\s+/) : [];
  return {
    // Two tokens of one user may carry different scopes and sessions, and subgraphs may answer them differently.
    key: token,
    subject: sub,
    token,
    scopes: scopes.filter(Boolean),
    claims,
    ...(typeof sid === 'string' && { sessionId: sid }),
    ...(exp !== undefined && { expiresAtMs: exp * 1_000 }),
  };
}

/** The claims of a token that was verified elsewhere. */
export function readClaims(token: string): JWTPayload {
  return decodeJwt(token);
}

/** Picks the more informative of two refusals: the one by an issuer that knew the key. */
function moreTelling(first: unknown, second: unknown): unknown {
  if (first === undefined || first instanceof errors.JWKSNoMatchingKey) return second;
  if (second instanceof errors.JWTExpired) return second;
  return first;
}

export function refuseToken(reason: string, problem: string, cause?: unknown): UnauthenticatedError {
  return new UnauthenticatedError(`${problem}. Sign in again or refresh the token.`, { details: { reason }, cause });
}

function toAppError(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return refuseToken('expired', 'The access token has expired', error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refuseToken('claim', `The access token's '${error.claim}' is not what this gateway expects`, error);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return refuseToken('signature', 'The access token was not signed by a known key', error);
  }
  if (error instanceof errors.JOSEError) return refuseToken('malformed', 'The access token is not a valid JWT', error);
  return new UnavailableError(
    'AUTHENTICATION_UNAVAILABLE',
    'The keys that verify access tokens cannot be read now. Try again later.',
    { cause: error },
  );
}

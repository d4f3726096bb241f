import { CLIENT_AUDIENCE, TOKEN_ISSUER } from '@vibecode/platform/identity';
import type { ServiceName } from '@vibecode/platform/services';
import { SignJWT } from 'jose';
import type { Role } from './account.entity.ts';
import { addMs, type Clock } from './clock.ts';
import { SESSION_SCOPES } from './scope.ts';
import { SIGNING_ALGORITHM, type SigningKeyRing } from './signing-key.ring.ts';

export const ACCESS_TOKEN_MS = 15 * 60_000;
const API_KEY_TOKEN_MS = 5 * 60_000;
const SERVICE_TOKEN_MS = 5 * 60_000;

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

export interface TokenIssuerOptions {
  readonly ring: Pick<SigningKeyRing, 'signing'>;
  readonly clock: Clock;
}

/** Signs the three kinds of token: JWTs with `iss sub aud iat exp scope role`, and `sid` or `act`. */
export class TokenIssuer {
  readonly #options: TokenIssuerOptions;

  constructor(options: TokenIssuerOptions) {
    this.#options = options;
  }

  /** Issues a token for a user who signed in. It ends with the session `sid`. */
  issueForSession(input: { userId: string; sessionId: string; role: Role }): Promise<IssuedToken> {
    const claims = { sid: input.sessionId, scope: SESSION_SCOPES.join(' '), role: input.role };
    return this.#sign(input.userId, CLIENT_AUDIENCE, claims, ACCESS_TOKEN_MS);
  }

  /** Issues a token for a program with an API key. Its `sid` is the key's id, so that revoking the key also ends its tokens. */
  issueForApiKey(input: {
    userId: string;
    keyId: string;
    scopes: readonly string[];
    tokenBudget: number | null;
    notAfter: Date | null;
  }): Promise<IssuedToken> {
    const claims = { sid: input.keyId, scope: input.scopes.join(' '), role: 'USER' as const };
    const budget = input.tokenBudget === null ? {} : { token_budget: input.tokenBudget };
    return this.#sign(input.userId, CLIENT_AUDIENCE, { ...claims, ...budget }, API_KEY_TOKEN_MS, input.notAfter);
  }

  /** Issues a token for a service that acts for a user at one other service. Source: RFC 8693, section 4.1 (`act`). */
  issueForService(input: {
    userId: string;
    caller: ServiceName;
    audience: ServiceName;
    role: Role;
  }): Promise<IssuedToken> {
    const claims = { act: { sub: input.caller }, scope: SESSION_SCOPES.join(' '), role: input.role };
    return this.#sign(input.userId, input.audience, claims, SERVICE_TOKEN_MS);
  }

  async #sign(
    userId: string,
    audience: string,
    claims: Record<string, unknown>,
    lifetimeMs: number,
    notAfter: Date | null = null,
  ): Promise<IssuedToken> {
    const { kid, key } = this.#options.ring.signing;
    const iat = Math.floor(this.#options.clock().getTime() / 1000);
    const end = addMs(new Date(iat * 1000), lifetimeMs);
    const exp = Math.floor((notAfter && notAfter < end ? notAfter : end).getTime() / 1000);
    const token = await new SignJWT({ iss: TOKEN_ISSUER, sub: userId, aud: audience, iat, exp, ...claims })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid, typ: 'JWT' })
      .sign(key);
    return { token, expiresAt: new Date(exp * 1000) };
  }
}

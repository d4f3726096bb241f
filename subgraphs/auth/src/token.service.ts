import type { MikroORM } from '@mikro-orm/postgresql';
import { NotFoundError, UnauthenticatedError } from '@vibecode/platform/errors';
import type { TokenVerifier, Viewer } from '@vibecode/platform/identity';
import type { ServiceName } from '@vibecode/platform/services';
import { Account } from './account.entity.ts';
import { isRevoked } from './session.repository.ts';
import type { IssuedToken, TokenIssuer } from './token.issuer.ts';

export interface TokenServiceOptions {
  readonly orm: MikroORM;
  readonly issuer: TokenIssuer;
  readonly verifier: TokenVerifier;
}

/** Whether an access token is valid, and for whom. */
export interface InspectedToken {
  readonly valid: boolean;
  readonly reason: string | null;
  readonly userId: string | null;
  readonly expiresAt: Date | null;
  readonly scopes: readonly string[];
}

/** Inspects tokens, and issues the tokens with which services act for users. */
export class TokenService {
  readonly #options: TokenServiceOptions;

  constructor(options: TokenServiceOptions) {
    this.#options = options;
  }

  /** Verifies a token as every service does, and also checks the database, so that no cache has to be up to date. */
  async inspect(token: string): Promise<InspectedToken> {
    let viewer: Viewer;
    try {
      viewer = await this.#options.verifier.verify(token);
    } catch (error) {
      if (!(error instanceof UnauthenticatedError)) throw error;
      return { valid: false, reason: String(error.details.reason), userId: null, expiresAt: null, scopes: [] };
    }
    const { userId, sessionId, expiresAt, scopes } = viewer;
    const revoked = sessionId !== null && (await isRevoked(this.#options.orm.em.fork(), sessionId));
    return { valid: !revoked, reason: revoked ? 'revoked' : null, userId, expiresAt, scopes };
  }

  /**
   * Issues a token with which `caller` acts for the user at `audience` only.
   *
   * @throws NotFoundError if the user does not exist
   */
  async issueForService(input: { userId: string; caller: ServiceName; audience: ServiceName }): Promise<IssuedToken> {
    const { orm, issuer } = this.#options;
    const account = await orm.em.fork().findOne(Account, { id: input.userId });
    if (!account) throw new NotFoundError('user', input.userId);
    return issuer.issueForService({ ...input, role: account.role });
  }
}

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

/** What an access token is worth. */
export interface InspectedToken {
  readonly valid: boolean;
  readonly reason: string | null;
  readonly userId: string | null;
  readonly expiresAt: Date | null;
  readonly scopes: readonly string[];
}

/** Says what tokens are worth, and makes those with which services act for users. */
export class TokenService {
  readonly #options: TokenServiceOptions;

  constructor(options: TokenServiceOptions) {
    this.#options = options;
  }

  /** As any service would judge it, and by the database on top: no cache has to be up to date here. */
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
   * A token with which `caller` acts for the user at `audience`, and nowhere else.
   *
   * @throws NotFoundError when there is no such user
   */
  async issueForService(input: { userId: string; caller: ServiceName; audience: ServiceName }): Promise<IssuedToken> {
    const { orm, issuer } = this.#options;
    const account = await orm.em.fork().findOne(Account, { id: input.userId });
    if (!account) throw new NotFoundError('user', input.userId);
    return issuer.issueForService({ ...input, role: account.role });
  }
}

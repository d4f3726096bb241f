import type { MikroORM } from '@mikro-orm/postgresql';
import { ConflictError, NotFoundError } from '@vibecode/platform/errors';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import { newId } from '@vibecode/platform/id';
import type { ApiKeyScope } from '@vibecode/platform/scope';
import { ApiKey } from './api-key.entity.ts';
import { findApiKey, findApiKeyBySecret, findApiKeys } from './api-key.repository.ts';
import { createAuditEvent } from './audit.ts';
import { addMs, type Clock } from './clock.ts';
import { InvalidApiKeyError } from './errors.ts';
import { createSecret, hashSecret } from './secret.ts';
import type { Client } from './session.entity.ts';
import type { Revocations } from './session.revocation.ts';
import type { IssuedToken, TokenIssuer } from './token.issuer.ts';

export interface ApiKeyServiceOptions {
  readonly orm: MikroORM;
  readonly clock: Clock;
  readonly issuer: TokenIssuer;
  readonly revocations: Revocations;
}

/** Every API key's secret begins with this, so that the edge knows it from a token. */
const API_KEY_PREFIX = 'vck_';
const MAX_KEYS = 50;
/** Uses are noted to the minute, so that a busy key does not write at each. */
const LAST_USED_STEP_MS = 60_000;

/** Keys for programs. */
export class ApiKeyService {
  readonly #options: ApiKeyServiceOptions;

  constructor(options: ApiKeyServiceOptions) {
    this.#options = options;
  }

  /** Not revoked, newest first. */
  list(accountId: string): Promise<ApiKey[]> {
    return findApiKeys(this.#options.orm.em.fork(), accountId);
  }

  /**
   * The secret is in the answer and nowhere else.
   *
   * @throws ConflictError `AUTH_API_KEY_LIMIT` when the account has 50 keys
   */
  async create(
    accountId: string,
    input: { name: string; scopes: readonly ApiKeyScope[]; expiresAt: Date | null; tokenBudget: number | null },
    client: Client,
  ): Promise<{ apiKey: ApiKey; secret: string }> {
    const { orm, clock } = this.#options;
    const em = orm.em.fork();
    if ((await findApiKeys(em, accountId)).length >= MAX_KEYS)
      throw new ConflictError(
        'AUTH_API_KEY_LIMIT',
        `There are ${MAX_KEYS} API keys already. Revoke one that is not used.`,
      );
    const secret = createSecret(API_KEY_PREFIX);
    const apiKey = ApiKey.create({ id: newId(), accountId, secret, secretHash: hashSecret(secret), ...input }, clock());
    em.persist(apiKey);
    this.#record(em, 'api-key.created', apiKey, client);
    await em.flush();
    return { apiKey, secret };
  }

  /** Repeating it announces it again, should the first announcement have failed. */
  async revoke(accountId: string, id: string, client: Client): Promise<void> {
    const { orm, clock, revocations } = this.#options;
    const em = orm.em.fork();
    const key = await findApiKey(em, accountId, id);
    if (!key) throw new NotFoundError('API key', id);
    if (!key.revokedAt) {
      key.revoke(clock());
      this.#record(em, 'api-key.revoked', key, client);
      await em.flush();
    }
    await revocations.announce(key.id, key.revokedAt ?? clock());
  }

  /**
   * A short token for the edge, so that services see tokens only.
   *
   * @throws InvalidApiKeyError
   */
  async exchange(secret: string): Promise<IssuedToken> {
    const { orm, clock, issuer } = this.#options;
    const now = clock();
    const em = orm.em.fork();
    const key = await findApiKeyBySecret(em, secret);
    const refusal = key === null ? 'unknown' : key.findRefusal(now);
    if (key === null || refusal) throw new InvalidApiKeyError(refusal ?? 'unknown');
    if (!key.lastUsedAt || addMs(key.lastUsedAt, LAST_USED_STEP_MS) <= now) {
      key.lastUsedAt = now;
      await em.flush();
    }
    const { accountId, id, scopes, tokenBudget, expiresAt } = key;
    return issuer.issueForApiKey({ userId: accountId, keyId: id, scopes, tokenBudget, notAfter: expiresAt });
  }

  #record(em: Parameters<typeof addToOutbox>[0], action: string, key: ApiKey, client: Client): void {
    const { accountId, id } = key;
    addToOutbox(em, createAuditEvent({ accountId, actorId: accountId, action, target: `api-key:${id}`, client }));
  }
}

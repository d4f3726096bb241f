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

/** Prefix of every API key's secret, by which the edge distinguishes it from a token. */
const API_KEY_PREFIX = 'vck_';
const MAX_KEYS = 50;
/** Precision of the last use, so that a busy key does not write to the database at each use. */
const LAST_USED_STEP_MS = 60_000;

/** Creates, revokes and exchanges API keys. */
export class ApiKeyService {
  readonly #options: ApiKeyServiceOptions;

  constructor(options: ApiKeyServiceOptions) {
    this.#options = options;
  }

  /** Lists the account's keys that are not revoked, newest first. */
  list(accountId: string): Promise<ApiKey[]> {
    return findApiKeys(this.#options.orm.em.fork(), accountId);
  }

  /**
   * Creates a key. Only the answer contains the secret.
   *
   * @throws ConflictError `AUTH_API_KEY_LIMIT` if the account has 50 keys
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
        `The account already has ${MAX_KEYS} API keys, which is the limit. Revoke an unused one.`,
      );
    const secret = createSecret(API_KEY_PREFIX);
    const apiKey = ApiKey.create({ id: newId(), accountId, secret, secretHash: hashSecret(secret), ...input }, clock());
    em.persist(apiKey);
    this.#record(em, 'api-key.created', apiKey, client);
    await em.flush();
    return { apiKey, secret };
  }

  /** Revokes a key. Repeating the call announces the revocation again, in case the first announcement failed. */
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
   * Exchanges a secret for a short-lived token, so that services see tokens only.
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

import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiKey } from './api-key.entity.ts';
import { hashSecret } from './secret.ts';

/** Finds the account's keys that are not revoked, newest first. */
export function findApiKeys(em: EntityManager, accountId: string): Promise<ApiKey[]> {
  return em.find(ApiKey, { accountId, revokedAt: null }, { orderBy: { id: 'desc' } });
}

export function findApiKey(em: EntityManager, accountId: string, id: string): Promise<ApiKey | null> {
  return em.findOne(ApiKey, { id, accountId });
}

/** Finds a key by the digest of its secret, so that the duration of the lookup reveals nothing about the secret. */
export function findApiKeyBySecret(em: EntityManager, secret: string): Promise<ApiKey | null> {
  return em.findOne(ApiKey, { secretHash: hashSecret(secret) });
}

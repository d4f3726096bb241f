import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiKey } from './api-key.entity.ts';
import { hashSecret } from './secret.ts';

/** Not revoked, newest first. */
export function findApiKeys(em: EntityManager, accountId: string): Promise<ApiKey[]> {
  return em.find(ApiKey, { accountId, revokedAt: null }, { orderBy: { id: 'desc' } });
}

export function findApiKey(em: EntityManager, accountId: string, id: string): Promise<ApiKey | null> {
  return em.findOne(ApiKey, { id, accountId });
}

/** Found by the digest, so the comparison in the index tells nothing about the secret. */
export function findApiKeyBySecret(em: EntityManager, secret: string): Promise<ApiKey | null> {
  return em.findOne(ApiKey, { secretHash: hashSecret(secret) });
}

import type { EntityManager } from '@mikro-orm/postgresql';
import { Account } from './account.entity.ts';

/** @param email in lower case */
export function findAccountByEmail(em: EntityManager, email: string): Promise<Account | null> {
  return em.findOne(Account, { email });
}

/** Finds unfinished registrations that began before `before`, oldest first. */
export function findPending(em: EntityManager, before: Date, limit: number): Promise<Account[]> {
  return em.find(Account, { status: 'PENDING', createdAt: { $lt: before } }, { orderBy: { createdAt: 'asc' }, limit });
}

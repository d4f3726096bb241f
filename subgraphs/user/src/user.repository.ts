import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from './user.entity.ts';

/** @returns the users in the order of the ids; null for each missing one */
export async function findUsers(em: EntityManager, ids: readonly string[]): Promise<(User | null)[]> {
  const users = await em.find(User, { id: { $in: [...ids] } });
  const byId = new Map(users.map((user) => [user.id, user]));
  return ids.map((id) => byId.get(id) ?? null);
}

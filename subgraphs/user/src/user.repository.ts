import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from './user.entity.ts';

/** In the order of the ids; null where there is none. */
export async function findUsers(em: EntityManager, ids: readonly string[]): Promise<(User | null)[]> {
  const users = await em.find(User, { id: { $in: [...ids] } });
  const byId = new Map(users.map((user) => [user.id, user]));
  return ids.map((id) => byId.get(id) ?? null);
}

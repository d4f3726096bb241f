import type { EntityManager } from '@mikro-orm/postgresql';
import type { Page } from '@vibecode/platform/connection';
import { Notification } from './notification.entity.ts';

/** Locks a user's notifications against concurrent inserts, so that they become visible in the order of their ids. */
export async function lockNotifications(em: EntityManager, userId: string): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`notification ${userId}`]);
}

export async function findLastId(em: EntityManager, userId: string): Promise<string | null> {
  const last = await em.findOne(Notification, { userId }, { orderBy: { id: 'desc' }, fields: ['id'] });
  return last?.id ?? null;
}

/** Finds notifications after an id, oldest first; null is before all. */
export function findNotificationsAfter(
  em: EntityManager,
  userId: string,
  afterId: string | null,
  limit: number,
): Promise<Notification[]> {
  return em.find(
    Notification,
    { userId, ...(afterId !== null && { id: { $gt: afterId } }) },
    { orderBy: { id: 'asc' }, limit },
  );
}

export interface NotificationPage {
  readonly notifications: Notification[];
  readonly totalCount: number;
}

/** Finds a page of each user's notifications, newest first. A user without notifications is not in the map. */
export async function findPages(
  em: EntityManager,
  userIds: readonly string[],
  page: Page,
  unreadOnly: boolean,
): Promise<Map<string, NotificationPage>> {
  const users = `{${userIds.join(',')}}`;
  const unread = unreadOnly ? 'and read_at is null' : '';
  const [before] = page.after ?? [];
  const rows: Record<string, unknown>[] = await em.execute(
    `select n.* from unnest(?::uuid[]) as u (id) cross join lateral (
       select * from notification.notification where user_id = u.id ${unread} ${before ? 'and id < ?' : ''}
       order by id desc limit ?) n order by n.user_id, n.id desc`,
    before ? [users, before, page.limit] : [users, page.limit],
  );
  const found = Map.groupBy(
    rows.map((row) => em.map(Notification, row)),
    ({ userId }) => userId,
  );
  const counts = await countNotifications(em, userIds, unreadOnly);
  return new Map(
    [...counts].map(([userId, totalCount]) => [userId, { notifications: found.get(userId) ?? [], totalCount }]),
  );
}

/** Counts each user's notifications. A user without notifications is not in the map. */
export async function countNotifications(
  em: EntityManager,
  userIds: readonly string[],
  unreadOnly: boolean,
): Promise<Map<string, number>> {
  const rows: { userId: string; count: number }[] = await em.execute(
    `select user_id as "userId", count(*)::int as count from notification.notification
      where user_id = any(?::uuid[]) ${unreadOnly ? 'and read_at is null' : ''} group by user_id`,
    [`{${userIds.join(',')}}`],
  );
  return new Map(rows.map(({ userId, count }) => [userId, count]));
}

/** @returns the number of notifications that belong to the user and were unread */
export function markRead(em: EntityManager, userId: string, ids: readonly string[], at: Date): Promise<number> {
  return em.nativeUpdate(Notification, { userId, id: { $in: [...ids] }, readAt: null }, { readAt: at });
}

import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Page } from '@vibecode/platform/connection';
import { isSelfOrAdmin, type Viewer } from '@vibecode/platform/identity';
import { requireScope } from '@vibecode/platform/scope';
import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import DataLoader from 'dataloader';
import type { NotificationFeed } from './notification.feed.ts';
import { countNotifications, findPages, type NotificationPage } from './notification.repository.ts';

/** Batched reads of one operation, by user id. Objects that are not visible to the viewer are null. */
interface NotificationLoaders {
  readonly unreadCount: DataLoader<string, number | null>;
  /** A loader for one page. */
  pages(page: Page, unreadOnly: boolean): DataLoader<string, NotificationPage | null>;
}

export interface NotificationContext extends OperationContext {
  readonly em: EntityManager;
  readonly feed: NotificationFeed;
  readonly loaders: NotificationLoaders;
}

export function createNotificationContext(
  orm: MikroORM,
  feed: NotificationFeed,
  operation: OperationContext,
): NotificationContext {
  const em = orm.em.fork();
  return { ...operation, em, feed, loaders: createLoaders(em, operation.viewer) };
}

function createLoaders(em: EntityManager, viewer: Viewer | null): NotificationLoaders {
  const byPage = new Map<string, DataLoader<string, NotificationPage | null>>();

  function ofUsers<T>(load: (userIds: string[]) => Promise<Map<string, T>>, none: T) {
    return new DataLoader<string, T | null>(async (userIds) => {
      const visible = userIds.filter((id) => isSelfOrAdmin(viewer, id));
      if (visible.length === 0) return userIds.map(() => null);
      requireScope(viewer, 'notification:read');
      const found = await load(visible);
      return userIds.map((id) => (isSelfOrAdmin(viewer, id) ? (found.get(id) ?? none) : null));
    });
  }

  return {
    unreadCount: ofUsers((userIds) => countNotifications(em, userIds, true), 0),
    pages(page, unreadOnly) {
      const key = JSON.stringify([page, unreadOnly]);
      const loader =
        byPage.get(key) ??
        ofUsers<NotificationPage>((userIds) => findPages(em, userIds, page, unreadOnly), {
          notifications: [],
          totalCount: 0,
        });
      byPage.set(key, loader);
      return loader;
    },
  };
}

import type { DatabaseOptions } from '@vibecode/platform/database';
import { InboxMessage, inboxMigration } from '@vibecode/platform/events/inbox';
import { CreateNotification20261124 } from '../migrations/2026-11-24.create-notification.migration.ts';
import { Notification } from './notification.entity.ts';
import { Preference } from './preference.entity.ts';

export const database: Pick<DatabaseOptions, 'service' | 'entities' | 'migrations'> = {
  service: 'notification',
  entities: [Notification, Preference, InboxMessage],
  migrations: [CreateNotification20261124, inboxMigration('notification')],
};
